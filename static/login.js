// The login form: suggests a correction for an email address whose domain looks mistyped.
'use strict';

// Only long names: a short one is too similar to other real domains.
const COMMON = [
  'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'yahoo.com', 'icloud.com', 'proton.me',
  'protonmail.com', 'fastmail.com', 't-online.de',
];
// Real domains that are similar to one of those.
const REAL = ['mail.com', 'email.com', 'ymail.com', 'gmail.co', 'hotmail.co', 'outlook.co', 'yahoo.co'];

// Whether the two differ by one inserted, missing, wrong or transposed letter.
function isOneSlipFrom(typed, meant) {
  const [short, long] = typed.length < meant.length ? [typed, meant] : [meant, typed];
  let same = 0;
  while (same < short.length && short[same] === long[same]) same += 1;
  const [a, b] = [short.slice(same), long.slice(same)];
  if (a.length < b.length) return a === b.slice(1);
  return a.slice(1) === b.slice(1) || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}

function meantBy(address) {
  const [, mailbox, domain] = address.trim().toLowerCase().match(/^([^\s@]+)@([^\s@]+)$/) ?? [];
  if (!domain || COMMON.includes(domain) || REAL.includes(domain)) return undefined;
  const meant = COMMON.find((common) => isOneSlipFrom(domain, common));
  return meant && `${mailbox}@${meant}`;
}

const field = document.querySelector('#email');
const suggestion = document.querySelector('.suggestion');

function suggest() {
  const address = meantBy(field.value);
  if (!address) return suggestion.replaceChildren();
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'link';
  button.textContent = suggestion.dataset.text.replace('{address}', () => address);
  button.addEventListener('click', () => {
    field.value = address;
    suggestion.replaceChildren();
    field.focus();
  });
  suggestion.replaceChildren(button);
}

// After a pause in typing, not when the field loses focus: that would move the button during a click.
let timer;
field.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(suggest, 400);
});
suggest();
