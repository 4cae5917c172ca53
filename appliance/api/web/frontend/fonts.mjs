// Writes the letters of the pages into the folder that is named: Inter, cut to the weights that the
// pages use and to the languages that are written with Latin letters in Europe. All others have
// letters of the machine's own. Two files, because most pages need only the first.

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import subset from "subset-font";

const SOURCE = "node_modules/@fontsource-variable/inter";
const CUT = {
  targetFormat: "woff2",
  noHinting: true,
  variationAxes: { wght: { min: 400, max: 700 } },
  keepFeatures: ["ccmp", "kern", "locl", "mark", "mkmk", "tnum"],
};
const PARTS = {
  latin: [[0x20, 0x7e], [0xa0, 0xff], [0x152, 0x153], [0x2013, 0x2014], [0x2018, 0x201a], [0x201c, 0x201e],
    [0x2022, 0x2022], [0x2026, 0x2026], [0x20ac, 0x20ac], [0x2190, 0x2193], [0x2212, 0x2212]],
  "latin-ext": [[0x100, 0x151], [0x154, 0x17f], [0x218, 0x21b], [0x1e9e, 0x1e9e]],
};

const folder = process.argv[2];
const faces = [];
for (const [name, ranges] of Object.entries(PARTS)) {
  const whole = await readFile(`${SOURCE}/files/inter-${name}-wght-normal.woff2`);
  const points = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  const font = await subset(whole, String.fromCodePoint(...points), CUT);
  await writeFile(`${folder}/inter-${name}.woff2`, font);
  const mark = createHash("sha256").update(font).digest("hex").slice(0, 12); // as `asset` marks a file
  const told = ranges.map(([from, to]) => `U+${from.toString(16)}-${to.toString(16)}`).join(", ");
  faces.push(`@font-face {
  font-family: Inter;
  font-weight: 400 700;
  font-display: optional;
  src: url("inter-${name}.woff2?v=${mark}") format("woff2");
  unicode-range: ${told};
}
`);
}
await writeFile(`${folder}/inter.css`, faces.join("\n"));
await writeFile(`${folder}/inter-licence.txt`, await readFile(`${SOURCE}/LICENSE`));
