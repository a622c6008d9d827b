"""DICOM files: read with care, windowed, found as series, shown without their patients, and fed to a model."""

from __future__ import annotations

from fastlearn.medical.dicom.blocks import DicomBlock, OpenDicom
from fastlearn.medical.dicom.body import crop_resize, gauss_blur2d, mask2bbox, mask_from_blur, uniform_blur2d
from fastlearn.medical.dicom.channels import to_3chan, to_nchan
from fastlearn.medical.dicom.export import save_jpg, save_tif16, to_uint16
from fastlearn.medical.dicom.headers import as_dict, from_dicoms
from fastlearn.medical.dicom.histogram import freqhist_bins, hist_scaled
from fastlearn.medical.dicom.hounsfield import ClampHU, CropPadHU, NoiseHU, ResizeHU
from fastlearn.medical.dicom.loaders import DicomDataLoaders, DicomSegmentationDataLoaders
from fastlearn.medical.dicom.patients import PatientSplitter, check_patients
from fastlearn.medical.dicom.picture import dicom_picture, seen_frame
from fastlearn.medical.dicom.privacy import header_rows, is_identifying, patient_key
from fastlearn.medical.dicom.read import dcmread, get_dicom_files, read_header
from fastlearn.medical.dicom.rescale import rescale_of, scaled_px
from fastlearn.medical.dicom.scale import DicomScale
from fastlearn.medical.dicom.series import Series, find_series, read_series
from fastlearn.medical.dicom.stacks import Stack, neighbouring_slices
from fastlearn.medical.dicom.stored import pixels
from fastlearn.medical.dicom.voi import windows_of
from fastlearn.medical.dicom.volume import Volume, read_slice, read_volume
from fastlearn.medical.dicom.windows import dicom_windows, pct_in_window, windowed

__all__ = [
    "ClampHU",
    "CropPadHU",
    "DicomBlock",
    "DicomDataLoaders",
    "DicomScale",
    "DicomSegmentationDataLoaders",
    "NoiseHU",
    "OpenDicom",
    "PatientSplitter",
    "ResizeHU",
    "Series",
    "Stack",
    "Volume",
    "as_dict",
    "check_patients",
    "crop_resize",
    "dcmread",
    "dicom_picture",
    "dicom_windows",
    "find_series",
    "freqhist_bins",
    "from_dicoms",
    "gauss_blur2d",
    "get_dicom_files",
    "header_rows",
    "hist_scaled",
    "is_identifying",
    "mask2bbox",
    "mask_from_blur",
    "neighbouring_slices",
    "patient_key",
    "pct_in_window",
    "pixels",
    "read_header",
    "read_series",
    "read_slice",
    "read_volume",
    "rescale_of",
    "save_jpg",
    "save_tif16",
    "scaled_px",
    "seen_frame",
    "to_3chan",
    "to_nchan",
    "to_uint16",
    "uniform_blur2d",
    "windowed",
    "windows_of",
]
