// Runs on every page. Disables a form while it is being submitted, and shows times in the reader's time
// zone and format. Without scripts, forms stay enabled and times are in UTC.
'use strict';

const { busy } = document.currentScript.dataset;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.ariaBusy === 'true') return event.preventDefault();
  form.ariaBusy = 'true';
  const button = event.submitter ?? form.querySelector('[type=submit]');
  const said = [...button.childNodes];
  button.replaceChildren(busy);
  const release = () => {
    form.ariaBusy = null;
    button.replaceChildren(...said);
  };
  // The request was stopped, or the page was restored from the back/forward cache.
  setTimeout(release, 15000);
  window.addEventListener('pageshow', (shown) => shown.persisted && release());
});

// The page's language, with the region of the reader's settings: date order and 12 or 24 hours.
const language = document.documentElement.lang;
const locales = [...navigator.languages.filter((one) => one.split('-')[0] === language.split('-')[0]), language];
const date = new Intl.DateTimeFormat(locales, { dateStyle: 'long', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(locales, { numeric: 'auto' });
const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

function tellTimes() {
  for (const time of document.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    const seconds = Math.round((at - Date.now()) / 1000);
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
    const said = 'relative' in time.dataset ? relative.format(Math.trunc(seconds / size), unit) : date.format(at);
    if (time.textContent !== said) time.textContent = said;
    time.title = date.format(at);
  }
}

tellTimes();
setInterval(tellTimes, 10000);
