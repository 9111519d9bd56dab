// Comfort while uploading; the page works without it. The server alone decides which files are taken.
(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const signIn = document.body.dataset.signIn;
  const signedOut = (address) => Boolean(address) && new URL(address).pathname === signIn;
  const texts = document.getElementById("texts").dataset;
  const say = (text) => {
    document.getElementById("live").textContent = text;
  };

  // Photos are made smaller, each file travels on its own, with progress, and again when the network fails.
  const papers = document.querySelector("[data-papers]");
  const EDGE = 2400;
  const shrink = async (file) => {
    if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < 1500000) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!small || small.size >= file.size) return file;
      return new File([small], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" });
    } catch {
      return file;
    }
  };
  const post = (address, body, onProgress) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (signedOut(request.responseURL)) return done({ text: papers.dataset.signedOut, signedOut: true });
      if (request.status === 403) return done({ text: papers.dataset.signedOut, signedOut: true });
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const block = request.status === 200 || request.status === 422 ? page.querySelector("[data-paper]") : null;
      done(block ? { block, text: request.status === 422 ? "" : papers.dataset.done } : { text: papers.dataset.failed });
    });
    request.addEventListener("error", () => done({ text: papers.dataset.failed }));
    request.send(body);
  });
  // The answer takes the place of the old block; lines still on their way and earlier refusals move along.
  const swap = (fresh, refused) => {
    const old = document.getElementById(fresh.id);
    const focused = old.contains(document.activeElement);
    fresh.querySelector("[data-progress]")?.append(...all("[data-progress] > *", old));
    const place = fresh.querySelector(".field-error");
    const earlier = place ? refused.slice(0, -1) : refused;
    for (const text of earlier) {
      const line = document.createElement("p");
      line.className = "field-error";
      line.textContent = text;
      fresh.querySelector("form[enctype]").before(line);
    }
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("input[type=file], button")?.focus();
  };
  const sendFile = async (id, chosen, refused) => {
    const line = document.createElement("p");
    const meter = document.createElement("progress");
    meter.setAttribute("aria-label", chosen.name);
    line.append(`${papers.dataset.sending} ${chosen.name} `, meter);
    document.querySelector(`#${id} [data-progress]`).append(line);
    const form = document.querySelector(`#${id} form[enctype]`);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("files", await shrink(chosen));
    const answer = await post(form.action, body, (share) => {
      meter.value = share;
    });
    if (answer.block) {
      line.remove();
      const error = answer.block.querySelector(".field-error");
      if (error) refused.push(error.textContent.trim());
      else say(`${answer.text}: ${chosen.name}`);
      return swap(answer.block, refused);
    }
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link-button";
    again.textContent = answer.signedOut ? texts.signIn : papers.dataset.retry;
    const resend = () => {
      failed.delete(resend);
      line.remove();
      enqueue(id, chosen, []);
    };
    failed.add(resend);
    if (answer.signedOut) again.dataset.signInAgain = "";
    else again.addEventListener("click", resend);
    line.className = "field-error";
    line.replaceChildren(`${chosen.name}: ${answer.text} `, again);
    return null;
  };
  // One file at a time, in the order they were chosen; what failed goes again by itself once it can.
  const failed = new Set();
  let [queue, underway] = [Promise.resolve(), 0];
  const enqueue = (id, chosen, refused) => {
    underway += 1;
    queue = queue.then(() => sendFile(id, chosen, refused)).finally(() => {
      underway -= 1;
    });
  };
  const resendAll = () => [...failed].forEach((resend) => resend());
  addEventListener("online", resendAll);
  document.addEventListener("portal:signed-in", resendAll);
  document.addEventListener("portal:signed-out", () => location.reload());
  addEventListener("beforeunload", (event) => {
    if (underway) event.preventDefault();
  });
  if (papers) {
    papers.addEventListener("change", (event) => {
      const input = event.target;
      if (input.type !== "file") return;
      const chosen = [...input.files];
      const { id } = input.closest("[data-paper]");
      const refused = [];
      input.value = "";
      chosen.forEach((file) => enqueue(id, file, refused));
    });
    document.addEventListener("submit", async (event) => {
      const form = event.target.closest("[data-upload]");
      if (!form) return;
      event.preventDefault();
      const answer = await post(form.action, new FormData(form, event.submitter), () => {});
      if (answer.block) return swap(answer.block, []);
      return say(answer.text);
    }, true);
  }
})();
