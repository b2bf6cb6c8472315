// Renders the icons listed in concepts.json to PNG files under build/, and
// writes build/manifest.json for pack.py.
//
// Each icon is rendered in its own child process: the renderer can abort the
// whole process on a malformed icon, and one bad icon must not stop the rest.
//
// @ts-check
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ body?: string, parent?: string, left?: number, top?: number,
 *   width?: number, height?: number, rotate?: number, hFlip?: boolean,
 *   vFlip?: boolean }} Icon
 * @typedef {{ icons: Record<string, Icon>, aliases?: Record<string, Icon>,
 *   left?: number, top?: number, width?: number, height?: number }} IconSet
 * @typedef {{ toneSuffix: string }} Style
 * @typedef {{ styles: Record<string, Style>,
 *   concepts: Record<string, Record<string, string[]>> }} Config
 * @typedef {{ name: string, recolour: string | null, blanket: string | null, lowest: number | null }} Sprite
 * @typedef {{ file: string, icon: string, recolour: string | null, blanket: string | null, lowest: number | null }} Rendered
 */

/** Width and height of the rendered PNG files; pack.py scales them down. */
const RENDER_SIZE = 512;
/** Margin of the second attempt, in icon sizes; see renderInChild. */
const MARGIN = 4;
const CHILD_FLAG = "--render-stdin";

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL(".", import.meta.url));
const buildDir = join(here, "build");

/** @param {string} path @returns {any} */
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/**
 * Reads one entry of concepts.json: `icon`, `icon~tone`, with `+colour`, `&colour` or `^percent` behind it.
 * @param {string} entry @param {Style} style @returns {Sprite}
 */
function parseEntry(entry, style) {
  const [whole, lowest] = entry.split("^");
  const [painted, blanket = null] = whole.split("&");
  const [toned, recolour = null] = painted.split("+");
  const [name, tone] = toned.split("~");
  return { name: tone ? `${name}-${tone}${style.toneSuffix}` : name, recolour, blanket, lowest: lowest ? Number(lowest) : null };
}

/**
 * Follows aliases to the icon that holds the drawing.
 * @param {IconSet} set @param {string} name @returns {Icon}
 */
function resolveIcon(set, name) {
  const icon = set.icons[name] ?? set.aliases?.[name];
  if (!icon) throw new Error("no such icon");
  if (icon.rotate || icon.hFlip || icon.vFlip) throw new Error("transformed aliases are not supported");
  return icon.parent ? { ...resolveIcon(set, icon.parent), ...icon } : icon;
}

/**
 * The SVG of an icon in a square, with a margin of so many icon sizes around it.
 * @param {IconSet} set @param {string} name @param {number} margin
 * @returns {string}
 */
function iconSvg(set, name, margin) {
  const icon = resolveIcon(set, name);
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const size = Math.max(width, height);
  const left = (icon.left ?? set.left ?? 0) + (width - size) / 2 - margin * size;
  const top = (icon.top ?? set.top ?? 0) + (height - size) / 2 - margin * size;
  const side = size * (2 * margin + 1);
  const viewBox = [left, top, side, side].join(" ");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="${viewBox}">${icon.body}</svg>`
  );
}

/**
 * Renders an icon to a PNG file. Drawings that lie outside the icon's box can
 * make the renderer abort; such an icon is rendered again with a margin around
 * it, which is cut off afterwards.
 * @param {IconSet} set @param {string} name @returns {Buffer}
 */
function renderIcon(set, name) {
  for (const margin of [0, MARGIN]) {
    const png = renderInChild(iconSvg(set, name, margin), margin);
    if (png) return png;
  }
  throw new Error("the renderer aborted");
}

/**
 * @param {string} svg @param {number} margin
 * @returns {Buffer | null} the PNG file, or null where the renderer aborted
 */
function renderInChild(svg, margin) {
  const script = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [script, CHILD_FLAG, String(margin)], {
    input: svg,
    maxBuffer: 64 * 1024 * 1024,
  });
  return child.status === 0 ? child.stdout : null;
}

/**
 * The child's side of renderInChild: SVG on stdin, PNG on stdout.
 * @param {number} margin
 */
async function renderStdin(margin) {
  const { Resvg } = await import("@resvg/resvg-js");
  const start = margin * RENDER_SIZE;
  const end = start + RENDER_SIZE;
  const png = new Resvg(readFileSync(0, "utf8"), {
    fitTo: { mode: "width", value: RENDER_SIZE * (2 * margin + 1) },
    crop: { left: start, top: start, right: end, bottom: end },
    font: { loadSystemFonts: false },
  })
    .render()
    .asPng();
  writeFileSync(1, png);
}

/**
 * Renders one style and returns its part of the manifest.
 * @param {string} styleName @param {Config} config
 * @returns {Record<string, Rendered[]>}
 */
function renderStyle(styleName, config) {
  /** @type {IconSet} */
  const set = readJson(require.resolve(`@iconify-json/${styleName}/icons.json`));
  const outDir = join(buildDir, styleName);
  mkdirSync(outDir, { recursive: true });
  /** @type {Record<string, Rendered[]>} */
  const manifest = {};
  for (const [concept, lists] of Object.entries(config.concepts)) {
    manifest[concept] = [];
    for (const entry of lists[styleName] ?? lists.default) {
      const { name, ...change } = parseEntry(entry, config.styles[styleName]);
      try {
        const file = `${styleName}/${name}.png`;
        writeFileSync(join(buildDir, file), renderIcon(set, name));
        manifest[concept].push({ file, icon: name, ...change });
      } catch (error) {
        console.warn(`skipped ${styleName}:${name} (${concept}): ${/** @type {Error} */ (error).message}`);
      }
    }
    if (manifest[concept].length === 0) console.warn(`${styleName} has no ${concept}`);
  }
  return manifest;
}

function main() {
  /** @type {Config} */
  const config = readJson(join(here, "concepts.json"));
  rmSync(buildDir, { recursive: true, force: true });
  mkdirSync(buildDir);
  const styles = Object.keys(config.styles);
  const manifest = Object.fromEntries(styles.map((style) => [style, renderStyle(style, config)]));
  writeFileSync(join(buildDir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[2] === CHILD_FLAG) await renderStdin(Number(process.argv[3]));
else main();
