/**
 * The service worker: the page works offline after the first visit, and other apps can share pictures into it.
 *
 * The build writes `CELCAM_FILES`: `shell` is loaded at once, the looks for one engine when the page asks for them, and
 * `runtime` when it is used. Names hold digests, so a file in the cache is never out of date.
 */
const { shell, looks, runtime } = globalThis.CELCAM_FILES;
const CACHE = "celcam-files";
const SHARED = "shared-file";
const scope = new URL("./", self.location.href).href;
const absolute = (file) => new URL(file, scope).href;
const known = new Set(["./", ...shell, ...looks.webgl2, ...looks.cpu, ...runtime].map(absolute));

self.addEventListener("install", (event) => {
  event.waitUntil(loadAll(["./", ...shell]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(deleteOld().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  const { keep, engine } = event.data;
  const wanted = [...keep.filter((address) => known.has(address)), ...(looks[engine] ?? [])];
  // What is missing because there is no connection is loaded another time.
  event.waitUntil(loadAll(wanted).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST" && address.href === absolute("share")) event.respondWith(receive(request));
  else if (request.method === "GET") event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

/** Load the files that are not in the cache yet. */
async function loadAll(files) {
  const cache = await caches.open(CACHE);
  for (const name of files) {
    const isPage = name === "./";
    if (isPage || !(await cache.match(absolute(name)))) await cache.add(new Request(absolute(name), { cache: isPage ? "reload" : "default" }));
  }
}

async function deleteOld() {
  const cache = await caches.open(CACHE);
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !known.has(url)).map((each) => cache.delete(each)));
}

/** The page itself: the newest, or the one in the cache if there is no connection. */
async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && absolute("./") === request.url.split(/[?#]/)[0]) await cache.put(absolute("./"), fresh.clone());
    return fresh;
  } catch {
    return (await cache.match(absolute("./"))) ?? Response.error();
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url.split(/[?#]/)[0]);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok && known.has(request.url)) await cache.put(request.url, fresh.clone());
  return fresh;
}

/** Keep what another app shares, and open the page with it. */
async function receive(request) {
  const shared = (await request.formData()).get("file");
  if (shared instanceof Blob) await (await caches.open(SHARED)).put("file", new Response(shared));
  return Response.redirect(absolute("./?shared"), 303);
}
