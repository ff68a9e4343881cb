import { defineConfig } from 'vitest/config';

const api = process.env['DUNGHEN_API'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/',
  json: { stringify: true },
  build: {
    outDir: '../services/api/static',
    rolldownOptions: {
      input: { index: 'index.html', wall: 'wall.html', officials: 'officials.html', desk: 'desk.html', docs: 'docs.html', sw: 'src/worker/sw.ts' },
      output: { entryFileNames: ({ name }: { name: string }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') }, // a worker keeps its address
    },
    emptyOutDir: true,
    assetsDir: 'assets',
    modulePreload: { polyfill: false }, // every browser that reads this script knows it
    assetsInlineLimit: 0, // nothing inline: the server's CSP allows only files of its own
    target: 'es2022',
    chunkSizeWarningLimit: 2000, // the API's reference page, loaded by nobody else
  },
  server: { proxy: { '/api': api } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'], testTimeout: 60_000 }, // some read all sources, on a machine that does other work too,
});
