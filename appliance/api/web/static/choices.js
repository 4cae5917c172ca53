// A list of choices beside a field, asked of Balie while somebody types: chosen by arrows and Enter,
// by Tab or by the mouse; Escape leaves it.

/**
 * `field` and `list` give the elements as they are now, `address` where the choices are for what
 * stands in the field (null: none), `take` what is done with the chosen one. `waits`: nothing is
 * chosen until somebody presses an arrow.
 */
export function choices({ field, list, address, take, waits = () => false }) {
  let asked = 0; // only the answer to what was typed last is shown
  const chosen = () => list()?.querySelector('[aria-selected="true"]');

  function close() {
    asked += 1;
    if (!list()) return;
    list().hidden = true;
    list().replaceChildren();
    field()?.removeAttribute("aria-activedescendant");
    field()?.removeAttribute("aria-controls");
    if (field()?.role === "combobox") field().ariaExpanded = "false";
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field().setAttribute("aria-activedescendant", option.id);
  }

  function open() {
    list().hidden = !list().children.length;
    if (list().hidden) return close();
    field().setAttribute("aria-controls", list().id);
    if (field().role === "combobox") field().ariaExpanded = "true";
    if (!waits()) choose(list().firstElementChild);
  }

  async function look() {
    const place = list() && address();
    if (!place) return close();
    const turn = ++asked;
    const answer = await fetch(place, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (turn !== asked || !list() || document.activeElement !== field()) return;
    list().innerHTML = html;
    open();
  }

  function use(option) {
    take(option); // it may need what stands in the field
    close();
  }

  // Before the composer hears of a key: Enter would send.
  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || !list() || list().hidden || event.isComposing) return;
    const keys = {
      ArrowDown: () => choose(chosen()?.nextElementSibling ?? list().firstElementChild),
      ArrowUp: () => choose(chosen()?.previousElementSibling ?? list().lastElementChild),
      Escape: close,
      ...(chosen() && { Enter: () => use(chosen()), Tab: () => use(chosen()) }),
    };
    if (!Object.hasOwn(keys, event.key) || event.shiftKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target === field()) look();
  });
  document.addEventListener("mousedown", (event) => {
    if (list()?.contains(event.target)) event.preventDefault(); // the field keeps the cursor
  });
  document.addEventListener("click", (event) => {
    const option = list()?.contains(event.target) && event.target.closest('[role="option"]');
    if (option) use(option);
    else if (event.target !== field()) close();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === field()) close();
  });
  return { close, look };
}
