import { defineConfig } from 'vite';

/** The embeddable element: one script of a name that stays, beside the pages. */
export default defineConfig({
  publicDir: false,
  json: { stringify: true },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: '../services/api/static',
    emptyOutDir: false,
    target: 'es2022',
    lib: { entry: 'src/embed/element.ts', formats: ['iife'], name: 'banDoTheChe', fileName: () => 'ban-do-the-che.js' },
  },
});
