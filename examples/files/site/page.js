document.getElementById("path").textContent = location.pathname;
fetch("/api/uptime").then(r => r.json()).then(n => document.getElementById("uptime").textContent = n);
