// What a browser may add; every page works without it. Keys: "/" goes to the search box; those of two records side by
// side stand on that page.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
initAll()

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]')
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  const box = document.getElementById('q') ?? document.getElementById('search-box')
  if (box) {
    event.preventDefault()
    box.focus()
    box.select()
  }
})

// Two records side by side: the keys of the queue. A letter chooses and goes to the reason; nothing is sent by one key.
const say = document.getElementById('say')
if (say) {
  const choices = { 1: 'word-same', s: 'word-same', 2: 'word-different', d: 'word-different', 3: 'word-unsure', u: 'word-unsure' }
  const ways = { j: 'a[rel=next]', k: 'a[rel=prev]', z: '#undo, #back-reason' }
  document.addEventListener('keydown', (event) => {
    const writing = event.target instanceof HTMLElement && event.target.closest('input:not([type=radio]), textarea, select')
    if (event.key === 'Enter' && event.ctrlKey && event.target.id === 'reason') say.requestSubmit()
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return
    const chosen = document.getElementById(choices[event.key])
    const way = ways[event.key] && document.querySelector(ways[event.key])
    if (!chosen && !way) return
    event.preventDefault()
    if (chosen) {
      chosen.checked = true
      document.getElementById('reason').focus()
    } else if (way instanceof HTMLAnchorElement) {
      way.click()
    } else {
      way.focus()
    }
  })
}

// Folded parts open for printing, in browsers whose styles cannot do it.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((fold) => { fold.open = true }))

// The network as a chart. The same ties stand in the sentences and the table above it, so it is hidden from screen readers.
async function drawNetwork (place) {
  const elements = JSON.parse(place.dataset.elements)
  // Cytoscape would write an inline style sheet, which the site's policy forbids; wider.css holds its one rule.
  const marker = document.createElement('meta')
  marker.id = '__________cytoscape_stylesheet'
  document.head.append(marker)
  const { default: cytoscape } = await import('./cytoscape.esm.min.mjs')
  place.hidden = false
  place.setAttribute('aria-hidden', 'true')
  const chart = cytoscape({
    container: place,
    elements,
    userZoomingEnabled: false,
    userPanningEnabled: false,
    boxSelectionEnabled: false,
    style: [
      { selector: 'node', style: { label: 'data(label)', 'font-size': 13, 'font-family': 'system-ui, sans-serif', 'text-wrap': 'wrap', 'text-max-width': 120, 'text-valign': 'bottom', 'text-margin-y': 5, 'text-background-color': '#fff', 'text-background-opacity': 0.85, 'background-color': '#5b6670', width: 22, height: 22, color: '#0b0c0c' } },
      { selector: 'node[kind = "child"]', style: { 'background-color': '#1d3557' } },
      { selector: 'node[kind = "vehicle"], node[kind = "place"], node[kind = "phone"], node[kind = "thing"]', style: { shape: 'rectangle', 'background-color': '#fff', 'border-width': 2, 'border-color': '#0b0c0c' } },
      { selector: 'node[id = "' + place.dataset.centre + '"]', style: { width: 32, height: 32, 'font-weight': 700 } },
      { selector: 'edge', style: { label: (edge) => edge.data('label') === 'once' ? '' : edge.data('label'), 'font-size': 12, width: 2, 'line-color': '#9aa2a8', color: '#4b5257', 'text-background-color': '#fff', 'text-background-opacity': 1, 'text-background-padding': 2, 'curve-style': 'bezier' } }
    ],
    // Rings: this person, then what ties, then whom it ties. The same picture each time.
    layout: {
      name: 'concentric',
      animate: false,
      padding: 40,
      minNodeSpacing: 70,
      levelWidth: () => 1,
      concentric: (node) => node.id() === place.dataset.centre ? 3 : ['child', 'adult', 'person'].includes(node.data('kind')) ? 1 : 2
    }
  })
  const around = new ResizeObserver(() => { chart.resize(); chart.fit(undefined, 40) })
  around.observe(place)
}

const place = document.getElementById('network-chart')
if (place) drawNetwork(place).catch(() => { place.hidden = true })
