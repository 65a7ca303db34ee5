// What a page includes: tells Headwater of page views and of whatever headwater(…) is called with, and never breaks
// the page. Small on purpose: at most 1.5 kB travel.
const { dataset: data, src } = document.currentScript || {};

const WHO = "hw_id";
const USER = "hw_user";
const WAITING = "hw_q";
// Instead of an id: this visitor refused.
const OFF = "off";
const MOST_WAITING = 100;
const MOST_AT_ONCE = 20;
// What browsers let a page send while it is going away.
const MOST_KEPT_ALIVE = 6e4;
const THIRTEEN_MONTHS_S = 34e6;

let door;
let consent;
let person;
let user;
let waiting = [];
let seen;
let here;
let pause = 0;
let sending;

// Storage may be full, or shut off so that its very mention throws.
function attempt(task) {
  try {
    return task();
  } catch {}
}

const get = (name) => attempt(() => localStorage.getItem(name));
const set = (name, value) => attempt(() => localStorage.setItem(name, value));

// "yes": keep an id and send; "no": do neither; "wait": hold in memory until consent is given or refused;
// "anonymous": send under an id that ends with the page. A browser that signals a refusal (Global Privacy Control, Do
// Not Track) waits whatever the page wants.
function begin() {
  person = read();
  if (person == OFF) return "no";
  if (data.signals != "ignore" && (navigator.globalPrivacyControl || navigator.doNotTrack == 1)) return "wait";
  if (!data.consent || person) return "yes";
  return data.consent == "anonymous" ? "anonymous" : "wait";
}

function read() {
  const cookie = document.cookie.match(/\bhw_id=([^;]*)/);
  return cookie ? cookie[1] : get(WHO);
}

// The cookie goes to the widest domain that takes it, so that www and shop know the same person.
function keep(value) {
  person = value;
  if (consent != "yes") return;
  set(WHO, value);
  const parts = location.hostname.split(".");
  const said = WHO + "=" + value;
  for (let from = parts.length; from--; ) {
    document.cookie =
      said +
      ";path=/;samesite=lax;max-age=" +
      THIRTEEN_MONTHS_S +
      (from ? ";domain=" + parts.slice(from).join(".") : "") +
      (location.protocol == "https:" ? ";secure" : "");
    if (document.cookie.includes(said)) return;
  }
}

// randomUUID is missing on pages without TLS.
const unique = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

const stored = () => (consent == "yes" && attempt(() => JSON.parse(get(WAITING)))) || waiting;

// What is not sent yet outlives the page where something may be kept.
function store(events) {
  waiting = events.slice(-MOST_WAITING);
  if (consent == "yes") set(WAITING, JSON.stringify(waiting));
}

function add(type, fields, referrer = document.referrer) {
  if (consent == "no") return;
  const page = { url: location.href, referrer, title: document.title };
  const event = {
    type,
    messageId: unique(),
    anonymousId: person,
    userId: user,
    timestamp: new Date(),
    context: { page, userAgent: navigator.userAgent },
    ...fields,
  };
  if (type == "page") event.properties = { ...page, ...fields.properties };
  // Written and read at once: what JSON cannot hold ends here, and what the page changes later changes nothing.
  store([...stored(), JSON.parse(JSON.stringify(event))]);
  send();
}

const pack = (batch) => JSON.stringify({ batch, writeKey: data.key, sentAt: new Date() });

function send() {
  if (consent == "wait" || sending || !waiting.length) return;
  const batch = waiting.slice(0, MOST_AT_ONCE);
  const body = pack(batch);
  sending = 1;
  fetch(door, { method: "POST", body, keepalive: body.length < MOST_KEPT_ALIVE })
    // What is refused for good would be refused again.
    .then((answer) => !/408|429|5../.test(answer.status))
    .catch(() => 0)
    .then((settled) => {
      sending = 0;
      pause = settled ? 0 : pause * 2 || 1e3;
      if (settled) store(stored().filter((one) => !batch.some((event) => event.messageId == one.messageId)));
      setTimeout(send, pause);
    });
}

const commands = {
  page: (properties) => add("page", { properties }),
  track: (event, properties) => add("track", { event, properties }),
  identify(userId, traits) {
    user = "" + userId;
    if (consent == "yes") set(USER, user);
    add("identify", { userId: user, traits });
  },
  reset() {
    user = "";
    if (consent == "yes") set(USER, user);
    keep(unique());
  },
  id: (tell) => tell(consent == "no" ? null : person),
  consent(given) {
    const before = waiting;
    if (given && consent == "yes") return;
    consent = "yes";
    waiting = [];
    if (given) {
      keep(person == OFF ? unique() : person);
      if (user) set(USER, user);
      store([...before, ...stored()]);
      send();
    } else {
      commands.reset();
      store([]);
      keep(OFF);
      consent = "no";
    }
  },
};

const call = (name, ...rest) => attempt(() => commands[name](...rest));

// A view is another path or query; what is only behind the # is the same one.
function view(referrer) {
  here = location.href;
  const path = location.pathname + location.search;
  if (path != seen) add("page", {}, referrer);
  seen = path;
}

// The title of the new view is set after its address.
const moved = () => setTimeout(() => attempt(() => view(here)));

function start() {
  const before = window.headwater || {};
  // Included twice.
  if (before.on) return;
  window.headwater = call;
  call.on = 1;
  door = new URL(src).origin + "/v1/batch";
  consent = begin();
  keep(person || unique());
  user = get(USER);
  store(stored());
  if (data.auto != "off") {
    view();
    const push = history.pushState;
    history.pushState = function (...rest) {
      push.apply(this, rest);
      moved();
    };
    addEventListener("popstate", moved);
    // Back and forward may show a page as it was left, without running it again.
    addEventListener("pageshow", (event) => event.persisted && call("page"));
  }
  for (const args of before.q || []) call(...args);
  send();
  // A batch on its way goes on by itself; what is behind it goes as a beacon, and with the next page if that fails.
  addEventListener("pagehide", () => {
    const rest = waiting.slice(sending ? MOST_AT_ONCE : 0);
    if (consent != "wait" && rest.length) navigator.sendBeacon(door, pack(rest));
  });
}

const begun = () => attempt(start);
document.prerendering ? document.addEventListener("prerenderingchange", begun) : begun();
