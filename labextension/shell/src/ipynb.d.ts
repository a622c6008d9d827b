declare module '*.ipynb' {
  const notebook: import('./tour').INotebook;
  export default notebook;
}
