// Comfort only: every page works without this file. No business rule, no evaluation, no inline handler.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const texts = document.getElementById("texts")?.dataset ?? {};
  const live = document.getElementById("live");
  const say = (text) => {
    if (live) live.textContent = text;
  };

  // The error summary takes the focus, as it comes first and leads to the fields.
  const focusErrors = (from) => {
    if (!("keepFocus" in document.body.dataset)) from.querySelector("[data-error-summary]")?.focus();
  };

  // A second click does nothing while the first is on its way. The server refuses doubles by itself.
  const guard = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.busy) return event.preventDefault();
      if (event.defaultPrevented || form.method === "get" || form.hasAttribute("hx-post")) return;
      form.dataset.busy = "1";
      const button = event.submitter;
      setTimeout(() => {
        if (button && button.tagName === "BUTTON") button.setAttribute("aria-disabled", "true");
        say(texts.sending);
      });
      setTimeout(() => release(form), 15000);
    });
  };
  const release = (form) => {
    delete form.dataset.busy;
    all("button[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };

  // A part of a form drawn anew ([data-typed]) must not take back what was typed while the answer was on its way:
  // each question knows what was typed since it was sent. An answer older than the one shown is not shown.
  const asked = new Map();
  const shown = {};
  let [number, kept] = [0, []];
  document.addEventListener("input", ({ target }) => {
    for (const one of asked.values()) if (target.id && one.form === target.form?.id) one.typed.add(target.id);
  });
  document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
    const form = target.closest("form")?.id;
    if (form) asked.set(detail.xhr, { form, number: ++number, typed: new Set() });
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => asked.delete(detail.xhr));
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const one = asked.get(detail.xhr);
    if (!one || !detail.target.matches("[data-typed]")) return;
    if (one.number < (shown[one.form] ?? 0)) {
      detail.shouldSwap = false;
      return;
    }
    shown[one.form] = one.number;
    kept = [...one.typed].map((id) => document.getElementById(id)).filter(Boolean).map((element) => ({
      id: element.id,
      value: element.value,
      checked: element.checked,
      caret: element === document.activeElement ? element.selectionStart ?? null : null,
    }));
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const { id, value, checked, caret } of kept) {
      const element = document.getElementById(id);
      if (!element) continue;
      if (["radio", "checkbox"].includes(element.type)) element.checked = checked;
      else element.value = value;
      if (caret !== null) element.setSelectionRange(caret, caret);
    }
    kept = [];
  });

  // The list of chosen files, with size, a warning over the limit, and before anything is sent.
  const fileList = (field) => {
    const input = field.querySelector("input[type=file]");
    if (!input || field.querySelector(".files")) return;
    const list = document.createElement("ul");
    list.className = "files";
    list.setAttribute("aria-live", "polite");
    field.append(list);
    const limit = Number(input.dataset.maxBytes || 0);
    input.addEventListener("change", () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const item = document.createElement("li");
        const size = (file.size / 1048576).toFixed(1);
        item.textContent = `${file.name} · ${size} MB`;
        if (limit && file.size > limit) {
          item.className = "file-bad";
          item.textContent += ` · ${texts.tooBig}`;
        }
        return item;
      }));
    });
  };

  // Suggestions under a search field: htmx fetches them, the arrow keys choose, Enter follows, Escape closes.
  const combo = (box) => {
    const input = box.querySelector("input");
    const list = () => document.getElementById(box.dataset.combo);
    const options = () => all("[role=option]", list());
    let at = -1;
    const mark = (next) => {
      at = next;
      options().forEach((option, index) => {
        option.setAttribute("aria-selected", String(index === at));
        if (index !== at) return;
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      });
      if (at < 0) input.removeAttribute("aria-activedescendant");
    };
    const show = (open) => {
      list().hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      mark(-1);
    };
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", box.dataset.combo);
    show(false);
    input.addEventListener("htmx:configRequest", (event) => {
      if (input.value.trim().length > 1) return;
      event.preventDefault();
      show(false);
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.requestConfig?.elt !== input) return;
      all("a", list()).forEach((option) => { option.tabIndex = -1; });
      show(document.activeElement === input && options().length > 0);
      say(list().dataset.said);
    });
    input.addEventListener("keydown", (event) => {
      const open = !list().hidden;
      const count = options().length;
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
        event.preventDefault();
        if (!open) show(true);
        // One place more than there are options: the field itself.
        const places = count + 1;
        mark((at + 1 + (event.key === "ArrowDown" ? 1 : places - 1)) % places - 1);
      } else if (event.key === "Enter" && open && at >= 0) {
        event.preventDefault();
        options()[at].click();
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        show(false);
      }
    });
    box.addEventListener("mousedown", (event) => { if (event.target.closest("[role=option]")) event.preventDefault(); });
    box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) show(false); });
  };

  const enhance = (from) => {
    all("form", from).forEach((form) => {
      if (!form.dataset.guarded) guard(form);
      form.dataset.guarded = "1";
    });
    all("[data-files]", from).forEach(fileList);
  };
  all("[data-combo]").forEach(combo);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const disabled = event.target.closest("[aria-disabled=true]");
    if (disabled) event.preventDefault();
  });
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset.all;
    if (name) all(`input[name="${name}"]`).forEach((box) => { box.checked = target.checked; });
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) all("form").forEach(release);
  });

  // Officer shortcuts: <a data-key="j"> or <button data-key="a">, never while typing, never with Ctrl or Alt.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    // j and k walk the rows of a list, x marks one; Enter is the link's own.
    const links = all("[data-rows] th a");
    const at = links.indexOf(document.activeElement);
    if (event.key === "j" || event.key === "k") links[Math.max(0, at + (event.key === "j" ? 1 : -1))]?.focus();
    if (event.key === "x" && at >= 0) links[at].closest("tr").querySelector("input")?.click();
    const target = all("[data-key]").find((element) => element.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, select, textarea")) target.focus();
    else target.click();
  });

  // htmx: what the person sees when a request fails, and the autosave line.
  const statusOf = (element) => document.getElementById(element.closest("[data-autosave]")?.dataset.autosave);
  const signIn = document.body.dataset.signIn;
  const signInLink = () => {
    const anchor = document.createElement("a");
    anchor.href = signIn;
    anchor.target = "_blank";
    anchor.rel = "noopener";
    anchor.dataset.signInAgain = "";
    anchor.textContent = texts.signIn;
    return anchor;
  };
  const report = (element, text, link) => {
    const line = statusOf(element);
    if (!line) return say(text);
    if (link && line.querySelector("[data-sign-in-again]")) return;
    line.classList.add("autosave-failed");
    line.textContent = `${text} `;
    if (link) line.append(signInLink());
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const line = statusOf(event.target);
    // A line that leads somewhere stays until the answer: leaving a field to press its link sends a save, too.
    if (line && !line.querySelector("a")) line.textContent = texts.saving;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const address = event.detail.xhr.responseURL;
    if (address && signIn && new URL(address).pathname === signIn && location.pathname !== signIn) {
      event.detail.shouldSwap = false;
      report(event.target, texts.signedOut, signIn);
    }
  });
  // After signing in again the token of this page is old: fetch a fresh one and send once more.
  const tokenOf = async (address) => {
    const page = await fetch(address, { credentials: "same-origin" });
    const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
    return { page, token: parsed.querySelector("input[name=csrfmiddlewaretoken]")?.value };
  };
  const freshToken = async () => {
    const { page, token } = await tokenOf(location.href);
    if (!token || !page.ok || page.redirected) return false;
    all("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token; });
    return true;
  };

  // Signing in again on top of the page, so that what was typed and chosen stays where it is.
  const again = document.getElementById("sign-in-again");
  const signInHere = async (form) => {
    const { page, token } = await tokenOf(signIn);
    if (!page.redirected) {
      const body = new FormData(form);
      body.set("csrfmiddlewaretoken", token);
      const answer = await fetch(signIn, { method: "POST", body, headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (!answer.ok) return answer.status === 400 ? again.dataset.wrong : texts.failed;
    }
    return (await freshToken()) ? "" : again.dataset.other;
  };
  again?.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = again.querySelector(".dialog-fault");
    line.hidden = true;
    const fault = await signInHere(event.target).catch(() => texts.offline);
    line.textContent = fault;
    line.hidden = !fault;
    if (fault) return;
    event.target.reset();
    again.close();
    document.dispatchEvent(new Event("portal:signed-in"));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
    if (!again?.showModal || !event.target.closest("[data-sign-in-again]")) return;
    event.preventDefault();
    again.showModal();
  });
  // What was typed is kept in a tab for a while; signing out ends that at once, in every tab.
  const forget = () => Object.keys(sessionStorage).filter((name) => name.startsWith("draft:"))
    .forEach((name) => sessionStorage.removeItem(name));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    forget();
    localStorage.setItem("signed-out", String(Date.now()));
    localStorage.removeItem("signed-out");
  });
  addEventListener("storage", (event) => {
    if (event.key !== "signed-out" || !event.newValue) return;
    forget();
    document.dispatchEvent(new Event("portal:signed-out"));
  });

  let retried = false;
  document.addEventListener("htmx:responseError", async (event) => {
    const { status } = event.detail.xhr;
    const element = event.detail.elt;
    if (status === 403 && !retried && statusOf(element)) {
      retried = true;
      if (await freshToken()) return window.htmx.trigger(element, "change");
      return report(element, texts.signedOut, signIn);
    }
    report(element, status === 403 ? texts.denied : statusOf(element) ? texts.notSaved : texts.failed);
  });
  document.addEventListener("htmx:afterOnLoad", () => { retried = false; });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => report(event.detail.elt, texts.offline));
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    enhance(event.target);
    focusErrors(event.target);
  });

  enhance(document);
  focusErrors(document);
})();
