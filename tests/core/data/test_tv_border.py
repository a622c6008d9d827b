import pytest
import torch
from fastlearn.data.block import DataBlock, TransformBlock
from fastlearn.data.transform import mk_transform
from PIL import Image

v2 = pytest.importorskip("torchvision.transforms.v2")


def test_a_flip_of_torchvision_keeps_image_mask_boxes_and_label_aligned():
    image = torch.arange(24, dtype=torch.uint8).reshape(1, 4, 6)
    sample = (image, image[0], torch.tensor([[0.0, 0.0, 2.0, 1.0]]), torch.tensor(3))
    done = mk_transform(v2.RandomHorizontalFlip(p=1.0))(sample, kinds=("image", "mask", "boxes", "category"))
    assert torch.equal(done[0], image.flip(-1)) and torch.equal(done[1], image[0].flip(-1))
    assert done[2].tolist() == [[4.0, 0.0, 6.0, 1.0]] and done[3] == 3
    assert all(type(part) is torch.Tensor for part in done)


def test_its_randomness_follows_the_generator_and_leaves_the_global_state():
    step, image = mk_transform(v2.RandomCrop(2)), torch.arange(64, dtype=torch.uint8).reshape(1, 8, 8)
    before = torch.get_rng_state()
    runs = [step(image, rng=torch.Generator().manual_seed(s)).tolist() for s in (1, 1, 2, 3, 4)]
    assert runs[0] == runs[1] and len({str(r) for r in runs}) > 1 and torch.equal(before, torch.get_rng_state())


def test_pictures_go_through_and_samples_without_any_are_left_alone():
    step = mk_transform(v2.Resize((3, 5)))
    assert step((Image.new("RGB", (9, 9)), 1))[0].size == (5, 3)
    label = (torch.tensor(1), "a")
    assert step(label) is label and step.name == "Resize"


def test_all_of_a_list_of_v2_transforms_act_and_one_class_replaces_its_own():
    rotate, jitter = v2.RandomRotation(90), v2.ColorJitter(0.5)
    block = DataBlock(
        blocks=(TransformBlock(item_tfms=v2.RandomRotation(5)), TransformBlock), item_tfms=[rotate, jitter]
    )
    assert [step.tfm for step in block.item_tfms if step.name != "ToTensor"] == [rotate, jitter]
    erase = [v2.RandomErasing(), v2.RandomErasing()]
    assert [step.tfm for step in DataBlock(batch_tfms=erase).batch_tfms] == erase
