// Answers for an entry's pages while there is no line: files by their hashed names, and the page that needs them.
// What the API says is never kept here.

const PAGE = new URL(self.registration.scope).pathname;
const FILES = `hansa-files-${PAGE}`;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.add(new Request(PAGE, { cache: "reload" }))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

// A page says which files it was made of; what no page is made of any more goes.
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.files)) event.waitUntil(layBy(event.data.files));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && pathname.startsWith(PAGE)) event.respondWith(page(request));
});

async function file(request) {
  const files = await caches.open(FILES);
  const found = await files.match(request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await files.put(request, answer.clone());
  return answer;
}

async function page(request) {
  const files = await caches.open(FILES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok && answer.type === "basic" && !answer.redirected) await files.put(PAGE, answer.clone());
    return answer;
  } catch {
    return (await files.match(PAGE, { ignoreVary: true })) ?? Response.error();
  }
}

async function layBy(wanted) {
  const files = await caches.open(FILES);
  const kept = new Set((await files.keys()).map((request) => request.url));
  await Promise.allSettled(wanted.filter((name) => !kept.has(name)).map((name) => files.add(name)));
  if (kept.size > MOST) await tidy(files, new Set(wanted));
}

// Each release brings new names; the old ones are dropped once there are many.
const MOST = 200;

async function tidy(files, wanted) {
  for (const request of await files.keys()) {
    if (request.url.includes("/assets/") && !wanted.has(request.url)) await files.delete(request);
  }
}
