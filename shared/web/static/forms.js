// Forms: what was typed is not lost by leaving, a refusal clears what it overtakes, and a new row
// gets the focus. Without this file forms post as they are.
(() => {
  const content = () => document.querySelector('#content');
  const guarded = () => document.querySelector('.t-shell:not(.t-bare)');

  // ── Unsaved answers ────────────────────────────────────────────────────────────────────────────
  const chosen = (select) => {
    const first = [...select.options].findIndex((option) => option.defaultSelected);
    return select.multiple ? [...select.options].some((o) => o.selected !== o.defaultSelected) : select.selectedIndex !== Math.max(first, 0);
  };
  const differs = (field) => {
    if (field.type === 'hidden' || field.disabled) return false;
    if (field.tagName === 'SELECT') return field.options.length > 0 && chosen(field);
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
    if (field.type === 'file') return field.files.length > 0;
    return 'defaultValue' in field && field.type !== 'submit' && field.value !== field.defaultValue;
  };
  // The server gave a form back with what was typed, and kept nothing of it.
  let given = Boolean(document.querySelector('#error-summary')), leaving = null;
  const changed = (but) => [...document.querySelectorAll('#content form[method=post]')]
    .some((form) => form !== but && [...form.elements].some(differs));
  const unsaved = (but) => Boolean(guarded()) && ((given && !but) || changed(but));
  const formOf = (source) => source?.form || source?.closest?.('form');

  addEventListener('beforeunload', (event) => { if (!leaving && unsaved()) event.preventDefault(); });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!event.defaultPrevented && form.closest('#content') && !unsaved(form)) leaving = form;
  });
  addEventListener('pageshow', () => { leaving = null; });

  const pressed = new WeakMap(); // htmx names another source once the swap has taken it away
  const ofContent = (ctx) => [content(), '#content'].includes(ctx?.target);
  document.addEventListener('htmx:before:request', (event) => {
    const ctx = event.detail?.ctx;
    if (ctx) pressed.set(ctx, ctx.sourceElement);
    if (!ofContent(ctx)) return;
    const form = ctx.request.method === 'GET' ? null : formOf(ctx.sourceElement);
    if (unsaved(form) && !confirm(content().dataset.leave)) event.preventDefault();
  });

  // ── After an answer ────────────────────────────────────────────────────────────────────────────
  const rowsOf = (name) => [...content().querySelectorAll('input, select, textarea')]
    .filter((field) => field.type !== 'hidden' && field.name.startsWith(`${name}-`) && /^\d+(-|$)/.test(field.name.slice(name.length + 1)));
  const number = (field, name) => parseInt(field.name.slice(name.length + 1), 10);
  const newRow = (name) => {
    const rows = rowsOf(name), last = Math.max(...rows.map((field) => number(field, name)));
    return rows.find((field) => number(field, name) === last);
  };
  const button = (name, value) => content().querySelector(`button[name=${name}][value="${CSS.escape(value)}"]`);
  const afterRemoval = (row) => {
    const [, name, n] = row.match(/^(.*)-(\d+)$/) || [];
    return name && (button('remove', row) || button('remove', `${name}-${n - 1}`) || button('add', name));
  };
  const rowTarget = (source) => {
    if (source?.name === 'add') return newRow(source.value);
    return source?.name === 'remove' ? afterRemoval(source.value) : null;
  };

  // A refusal overtakes what was wrong before. What is final leaves nothing to send again.
  const overtake = () => {
    content().querySelectorAll('#error-summary, .t-error').forEach((node) => node.remove());
    content().querySelectorAll('[data-bad]').forEach((node) => node.removeAttribute('data-bad'));
    content().querySelectorAll('[aria-invalid]').forEach((node) => node.removeAttribute('aria-invalid'));
  };
  // The bell that finds no answer refuses nothing.
  const isRefusal = (ctx) => ctx?.request?.method !== 'GET' && ctx?.response?.headers.get('HX-Retarget') === '#messages';
  // Signed in again in another tab: the forms of this page are sent in the new session.
  const renew = () => {
    const note = document.querySelector('#messages [data-csrf]');
    if (!note) return;
    document.querySelectorAll('input[name=csrf_token]').forEach((field) => { field.value = note.dataset.csrf; });
    note.removeAttribute('data-csrf');
  };
  document.addEventListener('htmx:after:swap', (event) => {
    const ctx = event.detail?.ctx;
    renew();
    if (isRefusal(ctx)) { overtake(); return; }
    if (!ofContent(ctx)) return;
    const asks = content().querySelector('form[method=post] :is(textarea, select, input:not([type=hidden]))');
    given = Boolean(asks) && ctx.request.method !== 'GET' && !ctx.response.raw.redirected;
    rowTarget(pressed.get(ctx))?.focus();
  });
  document.addEventListener('htmx:finally:request', (event) => {
    const ctx = event.detail?.ctx, form = formOf(ctx?.sourceElement);
    if (!isRefusal(ctx) || !form || !document.querySelector('#messages [data-final]')) return;
    setTimeout(() => form.querySelectorAll('button').forEach((each) => { each.disabled = true; })); // after htmx freed them
  });
})();
