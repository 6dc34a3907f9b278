/** WebGL2 in few words: programs that are shared by their text, textures, and passes that draw to textures. */

/** The device has no WebGL2 that can draw the networks. */
export class NoGpuError extends Error {}

const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Software that draws in place of a GPU, as drivers name it. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|virgl/i;

/**
 * @typedef {{texture: WebGLTexture, width: number, height: number, layers: number, array: boolean,
 *   targets?: Map<string, WebGLFramebuffer>}} Picture
 * @typedef {"bytes" | "halves"} Precision
 */

/** A WebGL2 context and what is made in it. */
export class Gpu {
  /** @param {HTMLCanvasElement | OffscreenCanvas} canvas */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", {
      alpha: false, antialias: false, depth: false, stencil: false, preserveDrawingBuffer: false,
      powerPreference: "high-performance",
    });
    if (!gl) throw new NoGpuError("this browser has no WebGL2");
    // iOS may offer the second one alone.
    const halves = [gl.getExtension("EXT_color_buffer_float"), gl.getExtension("EXT_color_buffer_half_float")];
    /** Whether networks can be drawn: their values need textures of half floats. */
    this.drawsHalves = halves.some(Boolean);
    /** @type {WebGL2RenderingContext} */
    this.gl = gl;
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
    this.isSoftware = SOFTWARE.test(this.name);
    this.drawBuffers = gl.getParameter(gl.MAX_DRAW_BUFFERS);
    this.uniformVectors = Math.floor(gl.getParameter(gl.MAX_UNIFORM_BLOCK_SIZE) / 16);
    /** @type {Map<string, {program: WebGLProgram, places: Map<string, WebGLUniformLocation | null>}>} */
    this.programs = new Map();
    gl.bindVertexArray(gl.createVertexArray());
    gl.disable(gl.DITHER);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
  }

  /** The program of a fragment shader; equal texts share one. */
  program(fragment) {
    const known = this.programs.get(fragment);
    if (known) return known;
    const gl = this.gl;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader);
    }
    gl.linkProgram(program);
    const made = { program, places: new Map(), checked: false };
    this.programs.set(fragment, made);
    return made;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {{layers?: number, precision?: Precision, linear?: boolean, repeats?: boolean}} [options] `layers` makes an array
   * @returns {Picture}
   */
  picture(width, height, { layers = 0, precision = "bytes", linear = false, repeats = false } = {}) {
    const gl = this.gl;
    const texture = gl.createTexture();
    const kind = layers ? gl.TEXTURE_2D_ARRAY : gl.TEXTURE_2D;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(kind, texture);
    const format = precision === "halves" ? gl.RGBA16F : gl.RGBA8;
    if (layers) gl.texStorage3D(kind, 1, format, width, height, layers);
    else gl.texStorage2D(kind, 1, format, width, height);
    gl.texParameteri(kind, gl.TEXTURE_MIN_FILTER, linear ? gl.LINEAR : gl.NEAREST);
    gl.texParameteri(kind, gl.TEXTURE_MAG_FILTER, linear ? gl.LINEAR : gl.NEAREST);
    gl.texParameteri(kind, gl.TEXTURE_WRAP_S, repeats ? gl.REPEAT : gl.CLAMP_TO_EDGE);
    gl.texParameteri(kind, gl.TEXTURE_WRAP_T, repeats ? gl.REPEAT : gl.CLAMP_TO_EDGE);
    return { texture, width, height, layers, array: layers > 0 };
  }

  /** Fill a picture from an image, a canvas, a video frame, or bytes of RGBA. @param {Picture} picture */
  upload(picture, source) {
    const gl = this.gl;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, picture.texture);
    if (ArrayBuffer.isView(source)) {
      const { width, height } = picture;
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, source);
    } else {
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, source);
    }
  }

  /** @param {Picture} picture */
  free(picture) {
    for (const framebuffer of picture.targets?.values() ?? []) this.gl.deleteFramebuffer(framebuffer);
    this.gl.deleteTexture(picture.texture);
  }

  /** @returns {WebGLBuffer} a uniform block */
  uniforms(values) {
    const gl = this.gl;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.UNIFORM_BUFFER, buffer);
    gl.bufferData(gl.UNIFORM_BUFFER, values, gl.STATIC_DRAW);
    return buffer;
  }

  /**
   * Draw one pass.
   * @param {string} fragment the shader; its uniforms are `inputs` (samplers), `numbers` and the block `Weights`
   * @param {{target: Picture | null, size?: [number, number], layer?: number, count?: number,
   *   inputs?: Record<string, Picture>, numbers?: Record<string, number | number[]>, block?: WebGLBuffer}} pass
   *   `target` null is the canvas
   */
  draw(fragment, { target, size, layer = 0, count = 1, inputs = {}, numbers = {}, block }) {
    const gl = this.gl;
    const made = this.program(fragment);
    gl.useProgram(made.program);
    this.check(made);
    this.aim(target, layer, count);
    const [width, height] = size ?? [target.width, target.height];
    gl.viewport(0, 0, width, height);
    let unit = 0;
    for (const [name, picture] of Object.entries(inputs)) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(picture.array ? gl.TEXTURE_2D_ARRAY : gl.TEXTURE_2D, picture.texture);
      gl.uniform1i(this.place(made, name), unit);
      unit += 1;
    }
    for (const [name, value] of Object.entries(numbers)) {
      const list = Array.isArray(value) ? value : [value];
      gl[`uniform${list.length}fv`](this.place(made, name), list);
    }
    if (block) gl.bindBufferBase(gl.UNIFORM_BUFFER, 0, block);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  check(made) {
    if (made.checked) return;
    const gl = this.gl;
    if (!gl.getProgramParameter(made.program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const logs = gl.getAttachedShaders(made.program).map((shader) => gl.getShaderInfoLog(shader));
      throw new Error(`a shader can't be built: ${[...logs, gl.getProgramInfoLog(made.program)].join(" ").trim()}`);
    }
    const block = gl.getUniformBlockIndex(made.program, "Weights");
    if (block !== gl.INVALID_INDEX) gl.uniformBlockBinding(made.program, block, 0);
    made.checked = true;
  }

  place(made, name) {
    if (!made.places.has(name)) made.places.set(name, this.gl.getUniformLocation(made.program, name));
    return made.places.get(name);
  }

  /** Draw to `count` layers of a picture, from `layer` on; null is the canvas. */
  aim(picture, layer, count) {
    const gl = this.gl;
    if (!picture) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      return;
    }
    const key = `${layer}:${count}`;
    picture.targets ??= new Map();
    let framebuffer = picture.targets.get(key);
    if (!framebuffer) {
      framebuffer = gl.createFramebuffer();
      picture.targets.set(key, framebuffer);
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      for (let n = 0; n < count; n += 1) {
        const place = gl.COLOR_ATTACHMENT0 + n;
        if (picture.array) gl.framebufferTextureLayer(gl.FRAMEBUFFER, place, picture.texture, 0, layer + n);
        else gl.framebufferTexture2D(gl.FRAMEBUFFER, place, gl.TEXTURE_2D, picture.texture, 0);
      }
      gl.drawBuffers(Array.from({ length: count }, (_, n) => gl.COLOR_ATTACHMENT0 + n));
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  }

  /** A picture's bytes, RGBA; for stills and tests, as it waits for the GPU. @param {Picture} picture */
  read(picture) {
    const gl = this.gl;
    const bytes = new Uint8Array(picture.width * picture.height * 4);
    this.aim(picture, 0, 1);
    gl.readPixels(0, 0, picture.width, picture.height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return bytes;
  }

  /** As `read`, without waiting: the bytes come once the GPU has drawn. @param {Picture} picture */
  async readLater(picture) {
    const gl = this.gl;
    const { width, height } = picture;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, width * height * 4, gl.STREAM_READ);
    this.aim(picture, 0, 1);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    await this.finished();
    const bytes = new Uint8ClampedArray(width * height * 4);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteBuffer(buffer);
    return new ImageData(bytes, width, height);
  }

  /** Wait until the GPU has drawn all that it was given. */
  async finished() {
    const gl = this.gl;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    while (fence && !gl.isContextLost()) {
      const state = gl.clientWaitSync(fence, 0, 0);
      if (state === gl.ALREADY_SIGNALED || state === gl.CONDITION_SATISFIED || state === gl.WAIT_FAILED) break;
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
    gl.deleteSync(fence);
  }
}
