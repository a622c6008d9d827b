"""Public addresses of data sets and models that courses and papers use, under the names fastai gave them."""

from __future__ import annotations

from typing import Final

_S3: Final = "https://s3.amazonaws.com/fast-ai-"
_SAMPLE: Final = f"{_S3}sample"
_IMAGE: Final = f"{_S3}imageclas"
_LOCAL: Final = f"{_S3}imagelocal"
_TEXT: Final = f"{_S3}nlp"
_COCO: Final = f"{_S3}coco"
_ZOO: Final = f"{_S3}modelzoo"
_SOUND: Final = "https://storage.googleapis.com/ml-animal-sounds-datasets"


class URLs:
    """Addresses for `untar_data`. They are other people's servers: what lies there has its own terms of use."""

    # Small ones, for trying things out.
    ADULT_SAMPLE = f"{_SAMPLE}/adult_sample.tgz"
    BIWI_SAMPLE = f"{_SAMPLE}/biwi_sample.tgz"
    CIFAR = f"{_SAMPLE}/cifar10.tgz"
    COCO_SAMPLE = f"{_COCO}/coco_sample.tgz"
    COCO_TINY = f"{_COCO}/coco_tiny.tgz"
    HUMAN_NUMBERS = f"{_SAMPLE}/human_numbers.tgz"
    IMDB = f"{_TEXT}/imdb.tgz"
    IMDB_SAMPLE = f"{_SAMPLE}/imdb_sample.tgz"
    ML_SAMPLE = f"{_SAMPLE}/movie_lens_sample.tgz"
    ML_100k = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
    MNIST_SAMPLE = f"{_SAMPLE}/mnist_sample.tgz"
    MNIST_TINY = f"{_SAMPLE}/mnist_tiny.tgz"
    MNIST_VAR_SIZE_TINY = f"{_IMAGE}/mnist_var_size_tiny.tgz"
    PLANET_SAMPLE = f"{_SAMPLE}/planet_sample.tgz"
    PLANET_TINY = f"{_SAMPLE}/planet_tiny.tgz"
    IMAGENETTE = f"{_IMAGE}/imagenette2.tgz"
    IMAGENETTE_160 = f"{_IMAGE}/imagenette2-160.tgz"
    IMAGENETTE_320 = f"{_IMAGE}/imagenette2-320.tgz"
    IMAGEWOOF = f"{_IMAGE}/imagewoof2.tgz"
    IMAGEWOOF_160 = f"{_IMAGE}/imagewoof2-160.tgz"
    IMAGEWOOF_320 = f"{_IMAGE}/imagewoof2-320.tgz"
    IMAGEWANG = f"{_IMAGE}/imagewang.tgz"
    IMAGEWANG_160 = f"{_IMAGE}/imagewang-160.tgz"
    IMAGEWANG_320 = f"{_IMAGE}/imagewang-320.tgz"

    # Images in classes.
    DOGS = f"{_SAMPLE}/dogscats.tgz"
    CALTECH_101 = f"{_IMAGE}/caltech_101.tgz"
    CARS = f"{_IMAGE}/stanford-cars.tgz"
    CIFAR_100 = f"{_IMAGE}/cifar100.tgz"
    CUB_200_2011 = f"{_IMAGE}/CUB_200_2011.tgz"
    FLOWERS = f"{_IMAGE}/oxford-102-flowers.tgz"
    FOOD = f"{_IMAGE}/food-101.tgz"
    MNIST = f"{_IMAGE}/mnist_png.tgz"
    PETS = f"{_IMAGE}/oxford-iiit-pet.tgz"

    # Text.
    AG_NEWS = f"{_TEXT}/ag_news_csv.tgz"
    AMAZON_REVIEWS = f"{_TEXT}/amazon_review_full_csv.tgz"
    AMAZON_REVIEWS_POLARITY = f"{_TEXT}/amazon_review_polarity_csv.tgz"
    DBPEDIA = f"{_TEXT}/dbpedia_csv.tgz"
    MT_ENG_FRA = f"{_TEXT}/giga-fren.tgz"
    SOGOU_NEWS = f"{_TEXT}/sogou_news_csv.tgz"
    WIKITEXT = f"{_TEXT}/wikitext-103.tgz"
    WIKITEXT_TINY = f"{_TEXT}/wikitext-2.tgz"
    YAHOO_ANSWERS = f"{_TEXT}/yahoo_answers_csv.tgz"
    YELP_REVIEWS = f"{_TEXT}/yelp_review_full_csv.tgz"
    YELP_REVIEWS_POLARITY = f"{_TEXT}/yelp_review_polarity_csv.tgz"

    # Images with places in them: boxes, points, masks.
    BIWI_HEAD_POSE = f"{_LOCAL}/biwi_head_pose.tgz"
    CAMVID = f"{_LOCAL}/camvid.tgz"
    CAMVID_TINY = f"{_SAMPLE}/camvid_tiny.tgz"
    LSUN_BEDROOMS = f"{_IMAGE}/bedroom.tgz"
    PASCAL_2007 = f"{_LOCAL}/pascal_2007.tgz"
    PASCAL_2012 = f"{_LOCAL}/pascal_2012.tgz"

    # Sound.
    MACAQUES = f"{_SOUND}/macaques.zip"
    ZEBRA_FINCH = f"{_SOUND}/zebra_finch.zip"

    # Medical images.
    SIIM_SMALL = f"{_LOCAL}/siim_small.tgz"
    TCGA_SMALL = f"{_LOCAL}/tcga_small.tgz"

    # Trained models.
    OPENAI_TRANSFORMER = f"{_ZOO}/transformer.tgz"
    WT103_FWD = f"{_ZOO}/wt103-fwd.tgz"
    WT103_BWD = f"{_ZOO}/wt103-bwd.tgz"


# Size in bytes of each file, as fastai's own check list has it; a download of another size is refused.
# The large ones that are left out are checked from their second download on, like any other address.
KNOWN_SIZES: Final[dict[str, int]] = {
    URLs.ADULT_SAMPLE: 968_212,
    URLs.BIWI_SAMPLE: 593_774,
    URLs.CIFAR: 168_168_549,
    URLs.COCO_SAMPLE: 3_245_877_008,
    URLs.COCO_TINY: 801_038,
    URLs.HUMAN_NUMBERS: 30_252,
    URLs.IMDB: 144_440_600,
    URLs.IMDB_SAMPLE: 571_827,
    URLs.ML_SAMPLE: 51_790,
    URLs.MNIST_SAMPLE: 3_214_948,
    URLs.MNIST_TINY: 342_207,
    URLs.MNIST_VAR_SIZE_TINY: 565_372,
    URLs.PLANET_SAMPLE: 15_523_994,
    URLs.PLANET_TINY: 997_569,
    URLs.IMAGENETTE: 1_557_161_267,
    URLs.IMAGENETTE_160: 99_003_388,
    URLs.IMAGENETTE_320: 341_663_724,
    URLs.IMAGEWOOF: 1_343_715_595,
    URLs.IMAGEWOOF_160: 92_612_825,
    URLs.IMAGEWOOF_320: 328_387_740,
    URLs.IMAGEWANG: 2_900_347_689,
    URLs.IMAGEWANG_160: 191_498_213,
    URLs.IMAGEWANG_320: 669_826_647,
    URLs.DOGS: 839_285_364,
    URLs.CALTECH_101: 131_740_031,
    URLs.CARS: 1_957_803_273,
    URLs.CIFAR_100: 169_168_619,
    URLs.CUB_200_2011: 1_150_585_339,
    URLs.FLOWERS: 345_236_087,
    URLs.FOOD: 5_686_607_260,
    URLs.MNIST: 15_683_414,
    URLs.PETS: 811_706_944,
    URLs.AG_NEWS: 11_784_419,
    URLs.AMAZON_REVIEWS: 71_606_272,
    URLs.AMAZON_REVIEWS_POLARITY: 688_339_454,
    URLs.DBPEDIA: 68_341_743,
    URLs.MT_ENG_FRA: 2_598_183_296,
    URLs.SOGOU_NEWS: 384_269_937,
    URLs.WIKITEXT: 190_200_704,
    URLs.WIKITEXT_TINY: 4_070_055,
    URLs.YAHOO_ANSWERS: 319_476_345,
    URLs.YELP_REVIEWS: 196_146_755,
    URLs.YELP_REVIEWS_POLARITY: 166_373_201,
    URLs.BIWI_HEAD_POSE: 452_316_199,
    URLs.CAMVID: 598_913_237,
    URLs.CAMVID_TINY: 2_314_212,
    URLs.LSUN_BEDROOMS: 4_579_163_978,
    URLs.PASCAL_2007: 1_637_796_771,
    URLs.PASCAL_2012: 2_618_908_000,
    URLs.MACAQUES: 131_604_586,
    URLs.ZEBRA_FINCH: 186_624_896,
    URLs.SIIM_SMALL: 33_276_453,
    URLs.TCGA_SMALL: 14_744_474,
    URLs.OPENAI_TRANSFORMER: 432_848_315,
}
