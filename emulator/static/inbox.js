// Updates a page of the inbox: fetches it every two seconds and replaces only the parts that changed,
// which keeps focus, selection and scroll position.
'use strict';

const EVERY = 2000;
const byId = (id) => document.getElementById(id);
let timer;
let paused = false;

// Shows times in the local time zone, without today's date or the current year.
function localizeTimes(root) {
  const now = new Date();
  for (const time of root.querySelectorAll('time')) {
    const when = new Date(time.dateTime);
    const form = { hour: '2-digit', minute: '2-digit' };
    if (when.toDateString() !== now.toDateString()) Object.assign(form, { day: 'numeric', month: 'short' });
    if (when.getFullYear() !== now.getFullYear()) form.year = 'numeric';
    time.title = time.textContent;
    time.textContent = new Intl.DateTimeFormat(undefined, form).format(when);
  }
}

// Replaces the children of `part` with those of `fresh`, matched by ID. Their order never changes.
function mergeChildren(part, fresh) {
  for (const child of [...part.children]) if (!fresh.children.namedItem(child.id)) child.remove();
  let place = part.firstElementChild;
  for (const child of [...fresh.children]) {
    if (child.id === place?.id) place = place.nextElementSibling;
    else part.insertBefore(child, place);
  }
}

function mailsIn(root) {
  return [...root.querySelectorAll('.mails > li')];
}

function announce(mails) {
  if (mails.length === 0) return;
  const [to, subject] = ['.to', '.subject'].map((name) => mails[0].querySelector(name).textContent);
  byId('news').textContent = mails.length === 1 ? `New email. ${to}: ${subject}` : `${mails.length} new emails`;
}

// Returns an error message, or an empty string if all is well.
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (answer.status === 404) return 'This email was deleted.';
  if (!answer.ok || paused) return '';
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  localizeTimes(fresh);
  const news = mailsIn(fresh).filter((mail) => !byId(mail.id));
  document.title = fresh.title;
  for (const part of document.querySelectorAll('[data-live], [data-keyed]')) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) continue;
    if ('keyed' in part.dataset) mergeChildren(part, next);
    else part.replaceChildren(...next.childNodes);
  }
  announce(news);
  return '';
}

async function keepFresh() {
  clearTimeout(timer);
  timer = undefined; // prevents a second loop
  if (!document.hidden) {
    const said = await refresh().catch(() => 'The emulator isn’t responding.');
    if (byId('trouble').textContent !== said) byId('trouble').textContent = said;
  }
  if (!paused) timer = setTimeout(keepFresh, EVERY);
}

// Lets the reader stop automatic updates (WCAG 2.2.2).
function pauseOrResume() {
  paused = !paused;
  byId('pause').textContent = paused ? 'Resume updates' : 'Pause updates';
  clearTimeout(timer);
  timer = undefined;
  if (!paused) keepFresh();
}

// Makes the frame as high as the email in it. A document is never lower than its frame, so the frame
// is collapsed before measuring.
function fit(frame) {
  const mail = frame.contentDocument?.documentElement;
  if (!mail) return;
  frame.style.height = '0';
  frame.style.height = `${mail.scrollHeight + 2}px`;
}

localizeTimes(document);
if (byId('pause')) {
  byId('refresh').hidden = true;
  byId('pause').hidden = false;
  byId('pause').addEventListener('click', pauseOrResume);
  timer = setTimeout(keepFresh, EVERY);
  document.addEventListener('visibilitychange', () => { if (!document.hidden && timer) keepFresh(); });
  window.addEventListener('pageshow', (event) => { if (event.persisted && timer) keepFresh(); });
}
for (const frame of document.querySelectorAll('iframe.sheet')) {
  frame.addEventListener('load', () => fit(frame));
  window.addEventListener('resize', () => fit(frame));
  fit(frame);
}
