// The field for an email code: finds the code in pasted text, and submits it once it is complete.
'use strict';

const field = document.querySelector('#code');

// Returns the only code in the text: 123456, 123 456 or 123-456.
function codeIn(text) {
  // Two characters between two groups leave an empty one.
  const groups = text.trim().split(/\D/);
  const halves = groups.filter((group, at) => group.length === 3 && groups[at + 1]?.length === 3);
  const codes = groups.filter((group) => group.length === 6);
  if (codes.length + halves.length !== 1) return undefined;
  return codes[0] ?? halves[0] + groups[groups.indexOf(halves[0]) + 1];
}

field.addEventListener('input', () => {
  const code = codeIn(field.value);
  if (!code) return;
  field.value = code;
  field.form.requestSubmit();
});
