// A page that waits for a sign-in: asks how it goes, and moves on when it may. Without scripts the page
// loads anew instead.
'use strict';

const { flow } = document.currentScript.dataset;
const begun = Date.now();
let timer;

// Gives whether there is anything left to wait for.
async function ask() {
  const headers = { accept: 'application/json' };
  const answer = await fetch(`/login/status?flow=${flow}`, { headers, signal: AbortSignal.timeout(5000) });
  if (!answer.ok) return true; // busy, or being restarted: the next answer will tell
  const { state, next } = await answer.json();
  if (!next && state === 'pending') return true;
  // In place of this page, so that Back doesn't lead to it. What is under way may take a while,
  // and would be cut off by going anywhere else.
  location.replace(next ?? `/login/sent?flow=${flow}`);
  return false;
}

async function keepAsking() {
  clearTimeout(timer);
  timer = undefined;
  const waits = await ask().catch(() => true); // offline: the next answer will tell
  const fiveMinutes = 5 * 60 * 1000;
  if (waits) timer = setTimeout(keepAsking, Date.now() - begun < fiveMinutes ? 1000 : 5000);
}

keepAsking();
// A tab in the background is asked for rarely; who comes back to it shall not wait.
document.addEventListener('visibilitychange', () => { if (!document.hidden && timer) keepAsking(); });
// Back, to a page that the browser had kept as it was.
window.addEventListener('pageshow', (event) => { if (event.persisted) keepAsking(); });
