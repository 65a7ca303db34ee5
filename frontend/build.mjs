// Bundles our scripts and styles into web/static/web/dist; set_up.py calls it when something has changed.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "web", "static", "web", "dist");
// Built aside and moved in file by file, so that a server that runs meanwhile always finds whole ones.
const outdir = `${dist}.new`;

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

await mkdir(dist, { recursive: true });
const made = await readdir(outdir);
// The packed file first: the server looks at it again when the plain one has changed.
for (const name of made.sort((one, other) => other.endsWith(".gz") - one.endsWith(".gz"))) {
  await rename(join(outdir, name), join(dist, name));
}
for (const name of await readdir(dist)) if (!made.includes(name)) await rm(join(dist, name));
await rm(outdir, { recursive: true });
