/** Reads a QR code from the rear camera: by the browser's own detector where it has one, else by a library fetched then. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

const LOOK_EVERY_MS = 200;

export class CameraDenied extends Error {
  override readonly name = "CameraDenied";
}

/** Shows the camera in the video until `read` says that a text was the right one or `stop` is called. Raises CameraDenied. */
export async function scan(video: HTMLVideoElement, read: (text: string) => boolean): Promise<() => void> {
  const stream = await openCamera();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  const detector = await detectorFor();
  const look = async () => {
    const found = await detector.detect(video).catch(() => []);
    if (stopped) return;
    if (found.some(({ rawValue }) => read(rawValue))) stop();
    else timer = setTimeout(look, LOOK_EVERY_MS);
  };
  void look();
  return stop;
}

/** Whether the lamp could be switched. */
export async function light(video: HTMLVideoElement, on: boolean): Promise<boolean> {
  const track = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : undefined;
  const wish = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints;
  return (await track?.applyConstraints(wish).then(() => true, () => false)) ?? false;
}

/** Whether the camera that is open has a lamp. */
export function hasLamp(video: HTMLVideoElement): boolean {
  const track = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : undefined;
  return (track?.getCapabilities?.() as { torch?: boolean } | undefined)?.torch === true;
}

async function openCamera(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  } catch {
    // Denied, no camera, or no secure context: the code can be typed.
    throw new CameraDenied();
  }
}

async function detectorFor(): Promise<Detector> {
  type Native = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
  const { BarcodeDetector: native } = globalThis as { BarcodeDetector?: Native };
  const formats = await native?.getSupportedFormats().catch((): string[] => []);
  if (native && formats?.includes("qr_code")) return new native({ formats: ["qr_code"] });
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  return { detect: async (video) => decoded(canvas, video, decodeQR) };
}

function decoded(canvas: HTMLCanvasElement, video: HTMLVideoElement, decode: (image: ImageData) => string): { rawValue: string }[] {
  const [width, height] = [video.videoWidth, video.videoHeight];
  if (width === 0 || height === 0) return [];
  Object.assign(canvas, { width, height });
  const paint = canvas.getContext("2d", { willReadFrequently: true })!;
  paint.drawImage(video, 0, 0);
  try {
    return [{ rawValue: decode(paint.getImageData(0, 0, width, height)) }];
  } catch {
    return []; // no code in this picture
  }
}
