// What the pages can do better with a script; everything works without.

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// The zone that a first sign-in takes over, in whichever form leads there, also one that has come to the page since.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector(".zone-of-browser");
  if (field && browserZone) field.value = browserZone;
});

// Settings: one press chooses the browser's zone and saves it, if another is chosen. Browsers know some by older
// names than the list has.
const zoneButton = document.getElementById("browser-zone");
const zoneList = document.getElementById("timezone");
if (zoneButton && browserZone) {
  const selectors = [`[value="${browserZone}"]`, `[data-older~="${browserZone}"]`];
  const option = zoneList.querySelector(selectors.join(", "));
  if (option && !option.selected) {
    zoneButton.textContent = `Use this browser’s: ${option.text}`;
    zoneButton.hidden = false;
    zoneButton.addEventListener("click", () => {
      option.selected = true;
      zoneList.form.requestSubmit();
    });
  }
}

// A form that came back with a mistake: the field is where one goes on.
document.querySelector("[aria-invalid]")?.focus();

// A table that is wider than its place says so.
const wideTable = document.querySelector(".scroll");
if (wideTable) {
  const hint = document.getElementById("sideways");
  new ResizeObserver(() => {
    hint.hidden = wideTable.scrollWidth <= wideTable.clientWidth;
  }).observe(wideTable);
}

// An address to copy gets a button that does it, where the browser lets a page do so.
for (const code of navigator.clipboard ? document.querySelectorAll(".copyable code") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Press Ctrl-C";
    }
  });
  code.after(button);
}

const syncForm = document.querySelector(".sync-form");
if (syncForm) {
  const button = syncForm.querySelector("button");

  // A disabled button loses the focus; it gets it back, unless the listener has moved on meanwhile.
  let hadFocus = false;
  syncForm.addEventListener("htmx:config:request", () => {
    hadFocus = document.activeElement === button;
  });
  syncForm.addEventListener("htmx:finally:request", () => {
    queueMicrotask(() => {
      const isNowhere = !document.activeElement || document.activeElement === document.body;
      if (hadFocus && isNowhere) button.focus({ preventScroll: true });
    });
  });

  // What the card says of time grows old, and htmx fetches it anew; not for a page that nobody sees, nor while a
  // sync is running, whose answer brings it. An answer that is none leaves what stands there.
  const card = document.querySelector(".sync");
  card.addEventListener("htmx:before:request", (event) => {
    const isNeeded = !document.hidden && !syncForm.classList.contains("htmx-request");
    if (event.target.id === "sync-facts" && !isNeeded) event.preventDefault();
  });
  card.addEventListener("htmx:after:request", (event) => {
    const { text, hx } = event.detail.ctx;
    const isAnswer = text.includes('id="sync-facts"') || hx.redirect;
    if (event.target.id === "sync-facts" && !isAnswer) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    document.getElementById("sync-facts").dispatchEvent(new Event("refresh"));
  });

  // Without an answer, or with one that is not ours (a proxy's page), the page says so itself.
  syncForm.addEventListener("htmx:error", sayNoAnswer);
  syncForm.addEventListener("htmx:after:request", (event) => {
    const { text, hx } = event.detail.ctx;
    if (text.includes('id="sync-status"') || hx.redirect || hx.retarget) return;
    event.preventDefault();
    sayNoAnswer();
  });
}

function sayNoAnswer() {
  const line = document.createElement("p");
  line.className = "status spotify_failed";
  line.textContent = "The server did not answer. What is stored is safe. Try again in a moment.";
  document.getElementById("sync-status").replaceChildren(line);
}
