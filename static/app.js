// On every page: a form that is sent says so and can't be sent twice, and times are told in the
// reader's own zone and words. Without scripts both are as the server wrote them.
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
  // Somebody stopped it; or went back, to a page that the browser had kept as it was.
  setTimeout(release, 15000);
  window.addEventListener('pageshow', (shown) => shown.persisted && release());
});

// "November 22" or "22 November", 9 or 21 o'clock: as the reader's own settings have it, in the
// language of the page.
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
