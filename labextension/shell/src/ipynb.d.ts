declare module '*.ipynb' {
  const notebook: import('./contents').INotebook;
  export default notebook;
}
