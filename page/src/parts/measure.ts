// How much room a text takes in a drawing.

const pen = document.createElement("canvas").getContext("2d");

/** How wide a text is, in px. */
export function measure(text: string, font: string): number {
  if (!pen) return text.length * 7;
  pen.font = font;
  return pen.measureText(text).width;
}

/** The text as far as there is room for it. */
export function shorten(text: string, room: number, font: string): string {
  if (measure(text, font) <= room) return text;
  const letters = [...text];
  let low = 1;
  let high = letters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(`${letters.slice(0, middle).join("")}…`, font) <= room) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("").trimEnd()}…`;
}
