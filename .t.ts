import { parseText } from './src/config/document.ts'
for (const t of ['@\n'.repeat(300000), 'a: "x\n'.repeat(100000), '- a: 1\n'.repeat(140000), '{}]\n'.repeat(250000)]) { const s=performance.now(); const r=parseText(t.slice(0,1048576)); console.log((performance.now()-s).toFixed(0),'ms', r.syntaxFaults.length) }
