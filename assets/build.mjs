// Builds the browser's files into build/assets: the styles of govuk-frontend and moj-frontend with ours, the scripts as
// they are. System fonts instead of GDS Transport, and no crown: this is not a GOV.UK site.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const from = (...parts) => join(root, 'node_modules', ...parts)
const out = join(root, 'build', 'assets')
const systemFonts = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif'

function withoutFontsAndCrest (css) {
  return css
    .replace(/@font-face\{[^}]*\}/g, '')
    .replace(/"?GDS Transport"?,\s*arial,\s*sans-serif/gi, systemFonts)
    .replace(/url\(\/assets\/images\/govuk-crest[^)]*\)/g, 'none')
    .replace(/\/\*# sourceMappingURL=[^*]*\*\//g, '')
    .replace(/url\(\/assets\/images\//g, 'url(images/')
}

const withoutMap = (script) => script.replace(/^\/\/# sourceMappingURL=.*$/gm, '')

await rm(out, { recursive: true, force: true })
await mkdir(join(out, 'images'), { recursive: true })
const sheets = await Promise.all([
  readFile(from('govuk-frontend/dist/govuk/govuk-frontend.min.css'), 'utf8'),
  readFile(from('@ministryofjustice/frontend/moj/moj-frontend.min.css'), 'utf8')
])
const own = await readFile(join(root, 'assets', 'wider.css'), 'utf8')
const css = [...sheets.map(withoutFontsAndCrest), own].join('\n')
if (/GDS Transport|@font-face|govuk-crest/.test(css)) throw new Error('A licensed font or a crest is left in the styles.')
await writeFile(join(out, 'wider.css'), css)
for (const [, image] of css.matchAll(/url\(images\/([^)]+)\)/g)) {
  await copyFile(from('@ministryofjustice/frontend/moj/assets/images', image), join(out, 'images', image))
}
const govuk = await readFile(from('govuk-frontend/dist/govuk/govuk-frontend.min.js'), 'utf8')
await writeFile(join(out, 'govuk-frontend.min.js'), withoutMap(govuk))
await copyFile(from('cytoscape/dist/cytoscape.esm.min.mjs'), join(out, 'cytoscape.esm.min.mjs'))
for (const file of ['wider.js', 'wider.svg']) await copyFile(join(root, 'assets', file), join(out, file))
console.log(`Browser files are in ${out}`)
