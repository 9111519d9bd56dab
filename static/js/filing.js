// Comfort while filing; every page works without it. No business rule, nothing that the server does not check.
(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const signIn = document.body.dataset.signIn;
  const signedOut = (address) => Boolean(address) && new URL(address).pathname === signIn && location.pathname !== signIn;

  // 1. What is typed survives an expired session: kept in this tab, put back when the server has nothing newer.
  const keep = (form) => {
    const key = `draft:${location.pathname}`;
    const own = new Set(["csrfmiddlewaretoken", "revision", "shape", "_asked", "checked", "go"]);
    const revision = () => form.elements.revision.value;
    const values = () => [...new FormData(form)].filter(([name]) => !own.has(name));
    const of = (pairs, name) => pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
    const store = () => sessionStorage.setItem(key, JSON.stringify({ revision: revision(), values: values() }));
    const fill = (pairs, only) => {
      for (const input of form.elements) {
        if (!input.name || own.has(input.name) || input.type === "hidden" || (only && !only.has(input.name))) continue;
        const given = of(pairs, input.name);
        if (input.type === "radio" || input.type === "checkbox") input.checked = given.includes(input.value);
        else if (given.length) [input.value] = given;
      }
    };

    const kept = JSON.parse(sessionStorage.getItem(key) || "null");
    Object.keys(sessionStorage).filter((name) => name.startsWith("draft:")).forEach((name) => sessionStorage.removeItem(name));
    if (kept && kept.revision === revision() && JSON.stringify(kept.values) !== JSON.stringify(values())) {
      fill(kept.values);
      addEventListener("load", () => form.dispatchEvent(new Event("change", { bubbles: true })));
    }
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (signedOut(event.detail.xhr.responseURL)) store();
    });
    document.addEventListener("htmx:responseError", store);
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-forget]")) sessionStorage.removeItem(key);
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });

    // 2. A save on its way ends before the page is sent, or the page would conflict with itself.
    let [busy, leaving, stale, waiting, sent] = [false, false, false, null, []];
    const send = () => {
      const pressed = waiting;
      if (!pressed) return;
      waiting = null;
      busy = false;
      form.requestSubmit([...form.elements].find((each) => each.name === pressed.name && each.value === pressed.value));
    };
    form.addEventListener("htmx:beforeRequest", (event) => {
      if (leaving || stale) {
        event.stopPropagation();
        return event.preventDefault();
      }
      busy = true;
      sent = values();
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      busy = false;
      stale = event.detail.xhr.status === 409; // another tab was faster: no more saving by itself from here
      send();
    });
    form.addEventListener("submit", (event) => {
      if (leaving || busy) event.preventDefault();
      if (leaving) return;
      if (busy) {
        waiting = event.submitter;
        setTimeout(send, 6000);
        return;
      }
      leaving = true;
      setTimeout(() => {
        leaving = false;
      }, 6000);
      store();
    });

    // 3. A section drawn anew must not take back what was typed while the answer was on its way.
    let late = null;
    document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.target.id !== "section") return;
      const now = values();
      const differs = (name) => JSON.stringify(of(now, name)) !== JSON.stringify(of(sent, name));
      late = { now, names: new Set([...now, ...sent].map((pair) => pair[0]).filter(differs)) };
    });
    document.addEventListener("htmx:afterSwap", () => {
      if (late) fill(late.now, late.names);
      late = null;
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
