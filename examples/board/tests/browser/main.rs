//! The page as a person uses it, in a browser: what one window adds, the other shows at once.
//!
//! Needs `chromium` and `chromedriver` (Debian: `chromium`, `chromium-driver`); without them it says
//! so and is skipped. `BOARD_PICTURES=folder` keeps what it has seen.

mod webdriver;

use std::{env, fs};

use httpz_examples::Server;
use serde_json::json;
use webdriver::Browser;

/// A note with this text.
fn note(text: &str) -> String {
    format!("//li[contains(@class, 'note')][.//p[@class='text' and .='{text}']]")
}

#[test]
fn what_one_window_adds_the_other_shows() {
    let Some(browser) = Browser::start("what_one_window_adds_the_other_shows") else { return };
    let server = Server::start("board");
    let url = format!("http://{}/", server.addr);

    // Two windows look at an empty board.
    browser.go(&url);
    let first = browser.tab();
    browser.see("//p[@id='empty' and not(@hidden)]");
    let second = browser.open_tab();
    browser.go(&url);
    browser.see("//p[@id='live']/span[.='live, 2 looking']");

    // In the first one, somebody writes, is asked in, and what was written is pinned.
    browser.turn_to(&first);
    browser.type_into("//textarea[@id='text']", "<b>tea</b> at four");
    browser.click("//input[@value='mint']");
    browser.click("//button[.='Pin it']");
    browser.type_into("//dialog[@open]//input[@name='name']", "ann");
    browser.type_into("//dialog[@open]//input[@name='password']", "correct horse");
    browser.click("//dialog//button[.='Sign in']");
    browser.see("//dialog//p[.='wrong name or password']");
    picture(&browser, "door");
    browser.click("//button[.='Sign up']");
    browser.see("//strong[@id='me' and .='ann']");
    browser.see(&note("<b>tea</b> at four"));

    // The other window shows it, as text, on its paper, without having been touched.
    browser.turn_to(&second);
    browser.see(&format!("{}[@data-colour='mint']", note("<b>tea</b> at four")));
    browser.see("//p[@id='news' and .='ann has pinned a note']");

    // A change and a removal are seen as well.
    browser.turn_to(&first);
    browser.click(&format!("{}//button[.='Edit']", note("<b>tea</b> at four")));
    browser.type_into("//form[@class='editor']//textarea", " or five");
    picture(&browser, "edit");
    browser.click("//button[.='Save']");
    browser.turn_to(&second);
    browser.see(&note("<b>tea</b> at four or five"));
    browser.turn_to(&first);
    browser.click(&format!("{}//button[.='Remove']", note("<b>tea</b> at four or five")));
    browser.turn_to(&second);
    browser.see("//ol[@id='notes' and not(*)]");

    // The session is a cookie of the browser: the other window has it after a reload.
    browser.go(&url);
    browser.see("//strong[@id='me' and .='ann']");
    browser.click("//button[.='Sign out']");
    browser.see("//button[@id='sign-in' and not(@hidden)]");

    // The only errors are the two refusals of the API that this test has provoked.
    let errors = browser.errors();
    assert!(errors.iter().all(|error| error.contains("401")), "{errors:#?}");
    server.stop();
}

#[test]
fn a_page_comes_back_when_the_server_does() {
    let Some(browser) = Browser::start("a_page_comes_back_when_the_server_does") else { return };
    let server = Server::start("board");
    let addr = server.addr.clone();
    browser.go(&format!("http://{addr}/"));
    browser.see("//p[@id='live' and @data-state='live']");

    // With a page that listens, it ends all the same, and the page says so.
    server.stop();
    browser.see("//p[@id='live' and @data-state='lost']");

    let server = Server::start_with("board", &[("HTTPZ_LISTEN", &addr)]);
    let cookie = format!("Cookie: {}", sign_up(&server, "ann"));
    let body = r#"{"text":"here again"}"#;
    assert_eq!(server.ask("POST /api/notes", &[&cookie], body).status, 201);
    browser.see("//p[@id='live' and @data-state='live']");
    browser.see(&note("here again"));
    server.stop();
}

#[test]
fn it_fits_a_phone_and_comes_in_light_and_dark() {
    let Some(browser) = Browser::start("it_fits_a_phone_and_comes_in_light_and_dark") else {
        return;
    };
    let server = Server::start("board");
    let cookies = ["ann", "bo"].map(|name| sign_up(&server, name));
    for (n, (text, colour)) in NOTES.iter().enumerate() {
        let cookie = format!("Cookie: {}", cookies[n % 2]);
        let body = json!({ "text": text, "colour": colour }).to_string();
        assert_eq!(server.ask("POST /api/notes", &[&cookie], &body).status, 201);
    }
    browser.go(&format!("http://{}/", server.addr));
    browser.set_cookie(&cookies[1]);
    browser.go(&format!("http://{}/", server.addr));
    browser.see("//strong[@id='me' and .='bo']");
    browser.see("//ol[@id='notes']/li[6]");

    for (device, width, height) in [("phone", 360, 740), ("desk", 1100, 800)] {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": device == "phone",
        });
        browser.tool("Emulation.setDeviceMetricsOverride", metrics);
        let overflow = "document.documentElement.scrollWidth - innerWidth";
        assert_eq!(browser.evaluate(overflow), 0, "{device}");
        for scheme in ["light", "dark"] {
            let features = json!([
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ]);
            browser.tool("Emulation.setEmulatedMedia", json!({ "features": features }));
            let too_faint = browser.evaluate(FAINT);
            assert_eq!(too_faint, json!([]), "{device}, {scheme}");
            picture(&browser, &format!("{device}-{scheme}"));
        }
    }
    server.stop();
}

/// Gives the cookie: `name=value`.
fn sign_up(server: &Server, name: &str) -> String {
    let credentials = json!({ "name": name, "password": "correct horse" }).to_string();
    let answer = server.ask("POST /api/users", &[], &credentials);
    let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
    cookie.unwrap_or_else(|| panic!("no session: {answer:?}")).to_owned()
}

const NOTES: [(&str, &str); 6] = [
    ("The heating is on again. Thank you, whoever it was!", "sun"),
    ("Lost: one grey scarf.\nFound: two grey scarves.", "sky"),
    (
        "Choir, Thursday at seven, the room with the good piano. New voices are welcome, altos most of all.",
        "rose",
    ),
    ("Is anybody driving to the coast on Saturday?", "mint"),
    ("The printer on the second floor wants paper, not love.", "sun"),
    ("Tea at four.", "mint"),
];

/// Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), as far as colours
/// without transparency tell.
const FAINT: &str = "(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const light = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => part / 255);
        const [r, g, b] = parts.map(p => p <= .04045 ? p / 12.92 : ((p + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const behind = element => {
        const colour = getComputedStyle(element).backgroundColor;
        const clear = /^rgba.*, 0\\)$/.test(colour) || colour.includes('/');
        return clear && element.parentElement ? behind(element.parentElement) : colour;
    };
    const texts = [...document.querySelectorAll('h1, p, b, strong, time, button, output')];
    const shown = texts.filter(it => it.checkVisibility() && it.textContent.trim() && !it.classList.contains('unseen'));
    return shown.flatMap(it => {
        const [a, b] = [light(getComputedStyle(it).color), light(behind(it))].sort((a, b) => b - a);
        const contrast = (a + .05) / (b + .05);
        return contrast < 4.5 ? [`${it.textContent.trim()}: ${contrast.toFixed(2)}`] : [];
    });
})()";

/// Keeps a picture where somebody wants it, as base64 text for `base64 -d`.
fn picture(browser: &Browser, name: &str) {
    if let Ok(folder) = env::var("BOARD_PICTURES") {
        fs::write(format!("{folder}/{name}.png.base64"), browser.picture()).expect("it is written");
    }
}
