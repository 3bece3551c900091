// A button that copies an address; without it the address can be selected and copied by hand.
"use strict";

for (const box of document.querySelectorAll("[data-copy]")) {
  const field = box.querySelector("input");
  if (!navigator.clipboard || !field) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = box.dataset.copy;
  button.setAttribute("aria-label", `${box.dataset.copy} ${box.querySelector("label").textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = box.dataset.copied;
    setTimeout(() => { button.textContent = box.dataset.copy; }, 2000);
  });
  field.after(button);
}
