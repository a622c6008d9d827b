"""What lies in a folder and is open in kernels, for JupyterLab's side panel."""
