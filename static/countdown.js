// Counts down until another email can be requested, then enables the button. Without scripts, the page
// reloads until then.
'use strict';

const countdown = document.querySelector('[data-countdown]');
const over = Date.now() + countdown.dataset.countdown * 1000;

function tick() {
  const seconds = Math.ceil((over - Date.now()) / 1000);
  if (seconds > 0) {
    const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')];
    countdown.textContent = `${minutes}:${rest}`;
    return setTimeout(tick, 250);
  }
  document.querySelector('#again').disabled = false;
  const status = document.querySelector('#may-again');
  status.textContent = status.dataset.text;
  return countdown.closest('p').remove();
}

tick();
