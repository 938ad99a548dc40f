/** A photograph made smaller on the phone: 2,000 px at most, JPEG; the digest is of those bytes. */

export const EDGE_MOST_PX = 2_000;
const QUALITY = 0.8;
/** Sharpness is judged on a copy of this width, so that it does not hang on the camera. */
const JUDGED_PX = 500;
/** Variance of the Laplacian of 0–255 greys below which print on paper is hard to read. */
const SHARP_LEAST = 60;

export interface Shrunk {
  readonly blob: Blob;
  readonly sha256: string;
  readonly blurred: boolean;
}

/** Raises where the file is no picture that this browser can open. */
export async function shrink(file: Blob): Promise<Shrunk> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const blob = await jpeg(draw(picture, EDGE_MOST_PX));
    const small = draw(picture, JUDGED_PX);
    const pixels = small.getContext("2d")!.getImageData(0, 0, small.width, small.height);
    return { blob, sha256: await digest(blob), blurred: sharpness(pixels) < SHARP_LEAST };
  } finally {
    picture.close();
  }
}

function draw(picture: ImageBitmap, edgePx: number): HTMLCanvasElement {
  const { width, height } = fitted(picture.width, picture.height, edgePx);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")!.drawImage(picture, 0, 0, width, height);
  return canvas;
}

/** The size that fits into a square of the edge, never larger than it is. */
export function fitted(width: number, height: number, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function jpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture could not be made smaller"))), "image/jpeg", QUALITY),
  );
}

async function digest(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Variance of the Laplacian of the greys: low where no edge is hard (Pech-Pacheco et al., ICPR 2000). */
export function sharpness({ data, width, height }: { data: ArrayLike<number>; width: number; height: number }): number {
  const grey = (x: number, y: number) => {
    const at = 4 * (y * width + x);
    return 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  };
  let [n, sum, squares] = [0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const value = grey(x - 1, y) + grey(x + 1, y) + grey(x, y - 1) + grey(x, y + 1) - 4 * grey(x, y);
      n += 1;
      sum += value;
      squares += value * value;
    }
  }
  return n === 0 ? 0 : squares / n - (sum / n) ** 2;
}
