// Puts the letters of what is printed into the folder that is named: Noto Sans for Latin, Cyrillic,
// Greek and Devanagari, IBM Plex for Arabic, Noto Emoji. Whole, because nobody knows before what
// people write; what a document needs of them is cut out when it is made.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";

const SOURCE = "node_modules/@expo-google-fonts";
const FACES = [
  "noto-sans/400Regular/NotoSans_400Regular.ttf",
  "noto-sans/600SemiBold/NotoSans_600SemiBold.ttf",
  "ibm-plex-sans-arabic/400Regular/IBMPlexSansArabic_400Regular.ttf",
  "noto-emoji/400Regular/NotoEmoji_400Regular.ttf",
];

const folder = process.argv[2];
await mkdir(folder, { recursive: true });
const licences = [];
for (const face of FACES) {
  await copyFile(`${SOURCE}/${face}`, `${folder}/${face.split("/").pop()}`);
  licences.push(await readFile(`${SOURCE}/${face.split("/")[0]}/LICENSE_FONT`, "utf8"));
}
await writeFile(`${folder}/licences.txt`, [...new Set(licences)].join("\n"));
