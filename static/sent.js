// Polls the status of a pending sign-in and navigates when it changes. Without scripts, the page reloads
// instead.
'use strict';

const { flow } = document.currentScript.dataset;
const begun = Date.now();
let timer;

// Returns whether to keep polling.
async function ask() {
  const headers = { accept: 'application/json' };
  const answer = await fetch(`/login/status?flow=${flow}`, { headers, signal: AbortSignal.timeout(5000) });
  if (!answer.ok) return true; // temporary: keep polling
  const { state, next } = await answer.json();
  if (!next && state === 'pending') return true;
  // Replaces this page, so that Back skips it. Polling stops: another navigation would abort this one,
  // which may be slow.
  location.replace(next ?? `/login/sent?flow=${flow}`);
  return false;
}

async function keepAsking() {
  clearTimeout(timer);
  timer = undefined;
  const waits = await ask().catch(() => true); // offline: keep polling
  const fiveMinutes = 5 * 60 * 1000;
  if (waits) timer = setTimeout(keepAsking, Date.now() - begun < fiveMinutes ? 1000 : 5000);
}

keepAsking();
// Browsers slow down timers of background tabs: poll at once when the tab is shown again.
document.addEventListener('visibilitychange', () => { if (!document.hidden && timer) keepAsking(); });
// The page was restored from the back/forward cache.
window.addEventListener('pageshow', (event) => { if (event.persisted) keepAsking(); });
