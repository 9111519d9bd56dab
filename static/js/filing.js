// Comfort while filing; every page works without it. No business rule, nothing that the server does not check.
(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const signIn = document.body.dataset.signIn;
  const LONGEST = 12 * 3600 * 1000;
  const texts = document.getElementById("texts").dataset;
  const signedOut = (address) => Boolean(address) && new URL(address).pathname === signIn && location.pathname !== signIn;

  // 1. What is typed survives an expired session: kept in this tab, put back when the server has nothing newer.
  const keep = (form) => {
    const key = `draft:${location.pathname}`;
    const own = new Set(["csrfmiddlewaretoken", "revision", "shape", "_asked", "checked", "go"]);
    const revision = () => form.elements.revision.value;
    const values = () => [...new FormData(form)].filter(([name]) => !own.has(name));
    const of = (pairs, name) => pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
    // The copy is of one person, in one tab, for half a day at most; signing out in any tab removes it (portal.js).
    const { person } = form.dataset;
    let over = false;
    const store = () => {
      if (over) return;
      const copy = { person, at: Date.now(), revision: revision(), values: values() };
      sessionStorage.setItem(key, JSON.stringify(copy));
    };
    const usable = (copy) => copy && copy.person === person && Date.now() - copy.at < LONGEST && copy.revision === revision();
    const fill = (pairs) => {
      for (const input of form.elements) {
        if (!input.name || own.has(input.name) || input.type === "hidden") continue;
        const given = of(pairs, input.name);
        if (input.type === "radio" || input.type === "checkbox") input.checked = given.includes(input.value);
        else if (given.length) [input.value] = given;
      }
    };

    const kept = JSON.parse(sessionStorage.getItem(key) || "null");
    Object.keys(sessionStorage).filter((name) => name.startsWith("draft:")).forEach((name) => sessionStorage.removeItem(name));
    if (usable(kept) && JSON.stringify(kept.values) !== JSON.stringify(values())) {
      fill(kept.values);
      addEventListener("load", () => form.dispatchEvent(new Event("change", { bubbles: true })));
    }
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (signedOut(event.detail.xhr.responseURL)) store();
    });
    document.addEventListener("htmx:responseError", store);
    document.addEventListener("submit", (event) => {
      over ||= event.target.matches("[data-sign-out]");
    });
    document.addEventListener("portal:signed-out", () => {
      over = true;
      location.reload();
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-forget]")) sessionStorage.removeItem(key);
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });

    // 2. The line under the form says "saved" only while nothing newer is on the page.
    let sent = values();
    const line = () => document.getElementById("autosave");
    const filled = (pairs, name) => JSON.stringify(of(pairs, name).filter(Boolean));
    const same = () => {
      const now = values();
      const names = [...form.elements].map((each) => each.name).filter((name) => name && !own.has(name));
      return names.every((name) => filled(now, name) === filled(sent, name));
    };
    const tell = (text, failed = false) => {
      line().textContent = text;
      line().classList.toggle("autosave-failed", failed);
    };
    form.addEventListener("input", () => {
      if (!line().classList.contains("autosave-failed") && !same()) tell(texts.pending);
    });
    document.addEventListener("htmx:afterSettle", () => {
      if (!stale && !same()) tell(texts.pending);
    });

    // 3. A save on its way ends before the page is sent, or the page would conflict with itself. Without a network
    //    the save waits and is tried again, sooner when the browser says that it is back; so does a pressed button.
    let [busy, leaving, stale, waiting, down, tries, timer] = [false, false, false, null, false, 0, 0];
    const save = () => window.htmx.trigger(form, "change");
    const send = () => {
      const pressed = waiting;
      if (!pressed || down) return;
      waiting = null;
      busy = false;
      form.requestSubmit([...form.elements].find((each) => each.name === pressed.name && each.value === pressed.value));
    };
    const lost = () => {
      down = true;
      store();
      tell(texts.queued, true);
      clearTimeout(timer);
      timer = setTimeout(save, Math.min(30000, 2000 * 2 ** tries++));
    };
    form.addEventListener("htmx:beforeRequest", (event) => {
      if (leaving || stale) {
        event.stopPropagation();
        return event.preventDefault();
      }
      clearTimeout(timer);
      busy = true;
      sent = values();
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      const { status } = event.detail.xhr;
      busy = false;
      stale = status === 409; // another tab was faster: no more saving by itself from here
      if (!status) return;
      [down, tries] = [false, 0];
      send();
    });
    document.addEventListener("htmx:sendError", lost);
    document.addEventListener("htmx:timeout", lost);
    addEventListener("online", () => down && save());
    document.addEventListener("portal:signed-in", save);
    addEventListener("beforeunload", (event) => {
      if (down && !leaving) event.preventDefault();
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine && !down) lost();
      if (leaving || busy || down) event.preventDefault();
      if (leaving) return;
      if (busy || down) {
        waiting = event.submitter;
        if (!down) setTimeout(send, 6000);
        return;
      }
      leaving = true;
      setTimeout(() => {
        leaving = false;
      }, 6000);
      store();
    });
  };
  const draft = document.querySelector("form[data-keep]");
  if (draft) keep(draft);

  // 4. A long list can be narrowed by typing, with or without marks.
  const fold = (text) => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  all("select[data-filter]").forEach((select) => {
    const options = [...select.options];
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "hint";
    label.htmlFor = input.id = `${select.id}-filter`;
    label.textContent = select.closest("[data-filter-label]").dataset.filterLabel;
    input.className = "input input-w20";
    input.type = "search";
    input.autocomplete = "off";
    select.before(label, input);
    input.addEventListener("input", () => {
      const wanted = fold(input.value.trim());
      const found = options.filter((option) => option.value && fold(option.text).includes(wanted));
      const { value } = select;
      select.replaceChildren(...options.filter((option) => !option.value || option.value === value || found.includes(option)));
      select.value = found.length === 1 ? found[0].value : value;
    });
  });
})();
