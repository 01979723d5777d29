// The page that waits for the mail: asks how its sign-in goes, and moves on when it may. Without
// scripts the page loads anew instead.
'use strict';

const { flow } = document.currentScript.dataset;
const begun = Date.now();

async function ask() {
  const answer = await fetch(`/login/status?flow=${flow}`, { headers: { accept: 'application/json' } });
  if (!answer.ok) return; // busy, or being restarted: the next answer will tell
  const { state, next } = await answer.json();
  // In place of this page, so that Back doesn't lead to it.
  if (next) location.replace(next);
  else if (state !== 'pending') location.reload();
}

async function keepAsking() {
  await ask().catch(() => {}); // offline: the next answer will tell
  const fiveMinutes = 5 * 60 * 1000;
  setTimeout(keepAsking, Date.now() - begun < fiveMinutes ? 1000 : 5000);
}

keepAsking();
// A tab in the background is asked for rarely; who comes back to it shall not wait.
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask().catch(() => {}); });
