// The live picture on a canvas: the newest JPEG from one endless response, which is requested again if it ends.

const FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 10000, LARGEST_BYTES = 2e7;

export class Live {
  // onLink(state, waitMs) with the state "live", "lost", "full" or "refused"; onDrawn(width, height) for each picture.
  constructor(canvas, onLink, onDrawn) {
    this.context = canvas.getContext("2d", { alpha: false });
    this.onLink = onLink;
    this.onDrawn = onDrawn;
    this.waitMs = FIRST_WAIT_MS;
    this.lastMs = 0;
  }

  start() {
    if (this.abort) return;
    clearTimeout(this.timer);
    this.abort = new AbortController();
    this.lastMs = performance.now();
    this.follow(this.abort);
  }

  stop() {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  again() {
    this.stop();
    this.waitMs = FIRST_WAIT_MS;
    this.start();
  }

  async follow(abort) {
    let state = "lost";
    try {
      const answer = await fetch("/live.mjpg", { signal: abort.signal, cache: "no-store" });
      if (answer.ok) await this.read(answer.body.getReader(), abort);
      else state = { 403: "refused", 503: "full" }[answer.status] || "lost";
    } catch (error) {
      if (abort.signal.aborted) return;
    }
    if (this.abort !== abort) return;
    this.abort = null;
    this.onLink(state, this.waitMs);
    this.timer = setTimeout(() => this.start(), this.waitMs);
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_WAIT_MS);
  }

  async read(reader, abort) {
    const text = new TextDecoder("latin1");
    let head = "", body = null, filled = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (let at = 0; at < value.length;) {
        if (body === null) {
          // A head is short; only its end and the length in it matter.
          const was = head.length;
          head += text.decode(value.subarray(at, at + 512));
          const end = head.indexOf("\r\n\r\n");
          if (end < 0) {
            at += 512;
            head = head.slice(-1024);
            continue;
          }
          const size = Number(/content-length: *(\d+)/i.exec(head.slice(0, end))?.[1]);
          if (!(size > 0 && size < LARGEST_BYTES)) throw new Error("no length");
          at += end + 4 - was;
          head = "";
          body = new Uint8Array(size);
          filled = 0;
        }
        const piece = value.subarray(at, at + body.length - filled);
        body.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled === body.length) {
          this.take(body, abort);
          body = null;
        }
      }
    }
  }

  // Decode one picture at a time; drop all but the newest that arrive meanwhile.
  async take(bytes, abort) {
    this.lastMs = performance.now();
    this.waitMs = FIRST_WAIT_MS;
    this.next = bytes;
    if (this.decoding) return;
    this.decoding = true;
    while (this.next && this.abort === abort) {
      const blob = new Blob([this.next], { type: "image/jpeg" });
      this.next = null;
      try {
        const bitmap = await createImageBitmap(blob);
        const canvas = this.context.canvas, { width, height } = bitmap;
        if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
        this.context.drawImage(bitmap, 0, 0);
        bitmap.close();
        this.onLink("live");
        this.onDrawn(width, height);
      } catch (error) {
        continue;
      }
    }
    this.decoding = false;
  }
}

// The live picture as WebRTC video; returns what ends it, or rejects.
export async function startVideo(video, onEnd) {
  const peer = new RTCPeerConnection();
  peer.addTransceiver("video", { direction: "recvonly" });
  peer.ontrack = (event) => {
    video.srcObject = event.streams[0] || new MediaStream([event.track]);
    video.play().catch(() => {});
  };
  peer.onconnectionstatechange = () => {
    if (["failed", "disconnected", "closed"].includes(peer.connectionState)) onEnd();
  };
  const stop = () => {
    peer.onconnectionstatechange = null;
    peer.close();
    video.srcObject = null;
  };
  try {
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise((done) => {
      if (peer.iceGatheringState === "complete") done();
      peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
      setTimeout(done, 2000);
    });
    const answer = await fetch("/api/offer", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp }),
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.error);
    await peer.setRemoteDescription(content);
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
