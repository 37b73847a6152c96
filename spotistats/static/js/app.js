// What the pages can do better with a script; everything works without.

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// The zone that the first sign-in takes over.
const loginZone = document.getElementById("login-timezone");
if (loginZone && browserZone) loginZone.value = browserZone;

// Settings: one press chooses the browser's zone, where the list has it and another is chosen.
const zoneButton = document.getElementById("browser-zone");
const zoneList = document.getElementById("timezone");
if (zoneButton && browserZone && zoneList.value !== browserZone) {
  if ([...zoneList.options].some((option) => option.value === browserZone)) {
    zoneButton.textContent = `Choose this browser’s: ${browserZone}`;
    zoneButton.hidden = false;
    zoneButton.addEventListener("click", () => {
      zoneList.value = browserZone;
      zoneButton.hidden = true;
      zoneList.focus();
    });
  }
}

// A request that never reached the server has no answer to show, so the page says so itself.
document.addEventListener("htmx:error", (event) => {
  const status = document.getElementById("sync-status");
  if (!status || !event.target.closest(".sync-form")) return;
  const line = document.createElement("p");
  line.className = "status spotify_failed";
  line.textContent = "The server could not be reached. Nothing was changed. Try again in a moment.";
  status.replaceChildren(line);
});
