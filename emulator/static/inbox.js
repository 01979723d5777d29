// Keeps a page of the inbox fresh: asks for it again every two seconds and replaces what is
// marked as live, if it has changed. Scroll position, focus and the mail's frame stay.
'use strict';

const seen = new Map();
for (const part of document.querySelectorAll('[data-live]')) seen.set(part.id, part.innerHTML);
localizeTimes(document);

// The server writes UTC; people read their own time.
function localizeTimes(root) {
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll('time')) {
    const when = new Date(time.dateTime);
    const clock = { hour: '2-digit', minute: '2-digit' };
    const full = { day: 'numeric', month: 'short', year: 'numeric', ...clock };
    time.title = time.textContent;
    time.textContent = new Intl.DateTimeFormat(undefined, when.toDateString() === today ? clock : full).format(when);
  }
}

function announce(before, after) {
  const news = document.getElementById('news');
  if (news && after > before) news.textContent = after - before === 1 ? 'One new mail' : `${after - before} new mails`;
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === seen.get(part.id)) continue;
    seen.set(part.id, next.innerHTML);
    announce(Number(part.dataset.count), Number(next.dataset.count));
    const focused = part.contains(document.activeElement) && document.activeElement.getAttribute('href');
    localizeTimes(next);
    part.replaceWith(document.adoptNode(next));
    if (focused) document.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh().catch(() => {}); // not running just now: try again later
  setTimeout(keepFresh, 2000);
}

setTimeout(keepFresh, 2000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh().catch(() => {}); });

// The frame is as high as the mail in it. A document is never lower than its frame, so the frame
// is closed to measure.
const frame = document.querySelector('iframe.sheet');
function fit() {
  const mail = frame.contentDocument?.documentElement;
  if (!mail) return;
  frame.style.height = '0';
  frame.style.height = `${mail.scrollHeight + 2}px`;
}
if (frame) {
  frame.addEventListener('load', fit);
  window.addEventListener('resize', fit);
  fit();
}
