// Keys that press the buttons of a page: each button says its own under `data-key`. They can be turned off.
"use strict";

(() => {
  const STORED = "tiltyard-keys", OFF = "off";
  const line = document.getElementById("keys");
  const box = line && line.querySelector("input");
  const buttons = [...document.querySelectorAll("button[data-key]")];
  if (!box || !buttons.length) return;

  const stored = (change) => {
    try {
      return change(window.localStorage);
    } catch {
      return null; // a browser may keep nothing
    }
  };
  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  let pressed = false;

  box.checked = stored((kept) => kept.getItem(STORED)) !== OFF;
  box.addEventListener("change", () => stored((kept) => kept.setItem(STORED, box.checked ? "on" : OFF)));
  line.hidden = false;
  window.addEventListener("pageshow", () => (pressed = false));
  document.addEventListener("keydown", (event) => {
    const withOthers = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat;
    if (!box.checked || pressed || withOthers || typing(event.target)) return;
    const button = buttons.find((one) => one.dataset.key === event.key.toLowerCase());
    if (!button) return;
    event.preventDefault();
    pressed = true;
    button.click();
  });
})();
