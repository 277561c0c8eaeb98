// What the page does: it shows the notes as the server has them, and changes them by its API.
//
// Whatever happens on the board comes as an event, and there is one way by which a note gets on the
// screen; so every window shows the same, whoever's change it was.

const find = selector => document.querySelector(selector);
const [notes, writer, door, live] = ["#notes", "#writer", "#door", "#live"].map(find);

/** Who has signed in here: a name, or null. */
let me = null;

// ---- the API

/** Asks the server; an error carries what its problem report (RFC 9457) says. */
async function call(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/api${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("the board cannot be reached; try again in a moment");
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  const error = new Error(problem.detail ?? `the board answered ${answer.status}`);
  error.status = answer.status;
  throw error;
}

/** Does it with the button out of reach, and shows what went wrong. */
async function attempt(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error.status === 401) {
      recognise(null);
      openDoor();
    } else {
      complain(error.message);
    }
  } finally {
    button.disabled = false;
  }
}

let complaint;
function complain(text) {
  find("#alert").textContent = text;
  clearTimeout(complaint);
  if (text) complaint = setTimeout(() => complain(""), 8000);
}

// ---- notes on the screen

/** Shows a note where it belongs, be it new or changed. Newer notes have higher ids. */
function show(note) {
  let item = document.getElementById(`note-${note.id}`);
  if (!item) {
    item = find("template#note").content.firstElementChild.cloneNode(true);
    item.id = `note-${note.id}`;
    const older = [...notes.children].find(other => other.note.id < note.id);
    notes.insertBefore(item, older ?? null);
  }
  item.note = note;
  item.dataset.colour = note.colour;
  item.classList.toggle("mine", note.author === me);
  item.querySelector(".text").textContent = note.text;
  item.querySelector(".author").textContent = note.author;
  const created = new Date(note.created * 1000);
  item.querySelector("time").dateTime = created.toISOString();
  item.querySelector("time").title = created.toLocaleString();
  showAge(item);
  find("#empty").hidden = true;
}

function showAge(item) {
  const { created, changed } = item.note;
  item.querySelector("time").textContent = ago(created) + (changed > created ? ", edited" : "");
}
setInterval(() => [...notes.children].forEach(showAge), 30_000);

function remove(id) {
  document.getElementById(`note-${id}`)?.remove();
  find("#empty").hidden = notes.childElementCount > 0;
}

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
function ago(seconds) {
  const passed = Math.max(0, Date.now() / 1000 - seconds);
  if (passed < 45) return "just now";
  if (passed < 45 * 60) return words.format(-Math.round(passed / 60), "minute");
  if (passed < 22 * 3600) return words.format(-Math.round(passed / 3600), "hour");
  return words.format(-Math.round(passed / 86400), "day");
}

// ---- what happens on the board

const PAGE = 50;

/** Events that came while the list was on its way; they are newer than it or repeat it. */
let late = null;
const hear = apply => late ? late.push(apply) : apply();

async function fetchNotes() {
  const heard = late = [];
  try {
    const fetched = await call("GET", `/notes?limit=${PAGE}`);
    // Connected once more meanwhile: a newer list is on its way.
    if (late !== heard) return;
    const known = new Set(fetched.map(note => note.id));
    const oldest = fetched.length < PAGE ? 0 : fetched.at(-1).id;
    const gone = [...notes.children].filter(({ note }) => note.id >= oldest && !known.has(note.id));
    gone.forEach(item => item.remove());
    fetched.forEach(show);
    find("#empty").hidden = notes.childElementCount > 0;
    if (fetched.length === PAGE) find("#older").hidden = false;
  } catch (error) {
    complain(error.message);
  } finally {
    if (late === heard) {
      late = null;
      heard.forEach(apply => apply());
    }
  }
}

function tell(state, text) {
  live.dataset.state = state;
  live.firstElementChild.textContent = text;
}

function connect() {
  const source = new EventSource("/api/live");
  // Each time, the first too: what was missed may be more than the server still knows.
  source.onopen = fetchNotes;
  source.onerror = () => {
    tell("lost", "reconnecting …");
    // A browser comes again by itself, but not after an answer that is no stream, as of a proxy.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
  source.addEventListener("watching", ({ data }) => {
    tell("live", data === "1" ? "live, only you" : `live, ${data} looking`);
  });
  source.addEventListener("note", ({ data }) => hear(() => {
    const note = JSON.parse(data);
    const deed = document.getElementById(`note-${note.id}`) ? "changed" : "pinned";
    show(note);
    if (note.author !== me) find("#news").textContent = `${note.author} has ${deed} a note`;
  }));
  source.addEventListener("gone", ({ data }) => hear(() => remove(JSON.parse(data))));
}
connect();

find("#older").onclick = ({ target }) => attempt(target, async () => {
  const oldest = notes.lastElementChild.note.id;
  const older = await call("GET", `/notes?limit=${PAGE}&before=${oldest}`);
  older.forEach(show);
  target.hidden = older.length < PAGE;
});

// ---- writing

writer.oninput = () => {
  writer.dataset.colour = writer.colour.value;
  find("#left").value = 500 - writer.text.value.length;
};
writer.onsubmit = event => {
  event.preventDefault();
  if (!me) return openDoor();
  attempt(writer.querySelector("button"), async () => {
    const { text, colour } = writer;
    show(await call("POST", "/notes", { text: text.value, colour: colour.value }));
    text.value = "";
    writer.oninput();
    text.focus();
  });
};

/** Ctrl or Cmd with Enter sends what is being written. */
document.addEventListener("keydown", event => {
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (sends && event.target.matches("textarea")) event.target.form.requestSubmit();
});

notes.onclick = ({ target }) => {
  const item = target.closest(".note");
  if (target.matches(".edit")) edit(item);
  if (target.matches(".remove")) attempt(target, async () => {
    await call("DELETE", `/notes/${item.note.id}`);
    remove(item.note.id);
  });
};

function edit(item) {
  const [text, footer] = [item.querySelector(".text"), item.querySelector("footer")];
  const editor = find("template#editor").content.firstElementChild.cloneNode(true);
  text.hidden = footer.hidden = true;
  item.prepend(editor);
  editor.text.value = item.note.text;
  editor.text.focus();
  const close = () => {
    editor.remove();
    text.hidden = footer.hidden = false;
    footer.querySelector(".edit").focus();
  };
  editor.onreset = close;
  editor.onsubmit = event => {
    event.preventDefault();
    attempt(editor.querySelector("button"), async () => {
      show(await call("PATCH", `/notes/${item.note.id}`, { text: editor.text.value }));
      close();
    });
  };
}

// ---- who you are

function recognise(user) {
  me = user?.name ?? null;
  find("#me").textContent = me ?? "";
  find("#me").hidden = find("#sign-out").hidden = !me;
  find("#sign-in").hidden = !!me;
  [...notes.children].forEach(item => item.classList.toggle("mine", item.note.author === me));
}

function openDoor() {
  door.querySelector(".problem").textContent = "";
  door.showModal();
}

find("#sign-in").onclick = openDoor;
find("#not-now").onclick = () => door.close();
find("#sign-out").onclick = ({ target }) => attempt(target, async () => {
  await call("DELETE", "/session");
  recognise(null);
});

door.onsubmit = async event => {
  event.preventDefault();
  const { target: form, submitter } = event;
  submitter.disabled = true;
  try {
    const credentials = { name: form.name.value, password: form.password.value };
    recognise(await call("POST", submitter.value, credentials));
    form.reset();
    door.close();
    // Who was asked in while writing goes on with that.
    if (writer.text.value) writer.requestSubmit();
    else writer.text.focus();
  } catch (error) {
    door.querySelector(".problem").textContent = error.message;
  } finally {
    submitter.disabled = false;
  }
};

call("GET", "/me").then(recognise, () => recognise(null));

// ---- light and dark

const THEMES = { auto: "◐", light: "☀", dark: "☾" };
function wear(theme) {
  document.documentElement.dataset.theme = theme;
  const button = find("#theme");
  button.textContent = THEMES[theme];
  button.title = `Theme: ${theme}`;
  button.setAttribute("aria-label", button.title);
  localStorage.setItem("theme", theme);
}
find("#theme").onclick = () => {
  const names = Object.keys(THEMES);
  wear(names[(names.indexOf(localStorage.getItem("theme")) + 1) % names.length]);
};
wear(localStorage.getItem("theme") in THEMES ? localStorage.getItem("theme") : "auto");
