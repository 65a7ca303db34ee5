// Bundles our scripts and styles into web/static/web/dist; set_up.py calls it when something has changed.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "web", "static", "web", "dist");

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js", "src/main.css", "src/charts.js", "src/plots.js"],
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  loader: { ".woff2": "file", ".svg": "file" },
  // The page asks for the font before it has read the styles, so its name must be known.
  assetNames: "[name]",
  logLevel: "warning",
});

// What customers' pages include; the collector serves it.
await build({
  absWorkingDir: here,
  entryPoints: ["src/snippet/hw.js"],
  outdir: join(here, "..", "tracking", "static", "tracking"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2021"],
  logLevel: "warning",
});

// WhiteNoise sends the smaller file where it finds one beside the other.
for (const name of await readdir(outdir)) {
  if (!/\.(js|css)$/.test(name)) continue;
  const path = join(outdir, name);
  await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
}
