// A run page renews itself while the run goes on; without this script its link does the same.
"use strict";

const box = document.querySelector("#progress[data-stream]");
if (box) {
  const source = new EventSource(box.dataset.stream);
  source.addEventListener("progress", (event) => {
    const fresh = new DOMParser().parseFromString(event.data, "text/html");
    // what somebody is just using stays where it is until the next time
    if (!box.contains(document.activeElement)) box.replaceChildren(...fresh.body.childNodes);
  });
  source.addEventListener("done", () => {
    source.close();
    location.reload();
  });
}

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
