// Keeps a page of the inbox fresh: asks for it again every two seconds, and puts what has changed
// in its place. What has not changed is left alone, and with it focus, selection and scrolling.
'use strict';

const EVERY = 2000;
const byId = (id) => document.getElementById(id);
let timer;
let paused = false;

// The server writes UTC; people read their own time, without what goes without saying.
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

// Makes the children those of the fresh part, told apart by their ids. They never change places.
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
  byId('news').textContent = mails.length === 1 ? `New mail. ${to}: ${subject}` : `${mails.length} new mails`;
}

// Gives what there is to say about it, which is nothing if all is well.
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (answer.status === 404) return 'This mail has been deleted.';
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
  timer = undefined; // nobody may begin another meanwhile
  if (!document.hidden) {
    const said = await refresh().catch(() => 'The stand-in doesn’t answer.');
    if (byId('trouble').textContent !== said) byId('trouble').textContent = said;
  }
  if (!paused) timer = setTimeout(keepFresh, EVERY);
}

// What changes by itself can be stopped, for whoever is disturbed by it.
function pauseOrResume() {
  paused = !paused;
  byId('pause').textContent = paused ? 'Resume updates' : 'Pause updates';
  clearTimeout(timer);
  timer = undefined;
  if (!paused) keepFresh();
}

// The frame is as high as the mail in it. A document is never lower than its frame, so the frame
// is closed to measure.
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
