// Uploading with its progress; without this script the form is sent all the same.
"use strict";

function bind(form) {
  const box = form.querySelector(".progress");
  const bar = box.querySelector("progress");
  const word = box.querySelector("[role=status]");
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");

  field.addEventListener("change", () => {
    const file = field.files[0];
    const isTooLarge = file && file.size > Number(form.dataset.most) * 1024 * 1024;
    field.setCustomValidity(isTooLarge ? form.dataset.tooLarge : "");
    field.reportValidity();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      word.textContent = form.dataset.reading;
    });
    // the answer says where to go, or is this page again with what is wrong
    request.addEventListener("load", () => {
      const next = request.getResponseHeader("HX-Redirect");
      if (next) {
        location.assign(next);
        return;
      }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(answer.querySelector("main"));
      document.querySelectorAll("form[data-upload]").forEach(bind);
      document.querySelector("main").focus();
    });
    request.addEventListener("error", () => form.submit());
    request.setRequestHeader("HX-Request", "true");
    button.disabled = true;
    box.hidden = false;
    word.textContent = form.dataset.sending;
    request.send(new FormData(form));
  });
}

document.querySelectorAll("form[data-upload]").forEach(bind);
