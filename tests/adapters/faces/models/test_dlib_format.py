"""dlib's bytes are read as dlib wrote them; what it cannot have written is a FormatError and nothing else.

The writer below is the format once more, from the description in dlib_format.py and not from its code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smilepay_cli.adapters.faces.models.dlib_forest import Forest, read_forest
from smilepay_cli.adapters.faces.models.dlib_format import (
    Affine,
    Convolution,
    FormatError,
    FullyConnected,
    InputMeans,
    Other,
    Reader,
    read_network,
)
from smilepay_cli.adapters.faces.weights import find_weights

UNHURRIED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def real(value: float) -> bytes:
    share, exponent = math.frexp(value)
    return integer(int(share * 2**24)) + integer(exponent - 24 if value else 0)


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(values: Sequence[float]) -> bytes:
    shape = b"".join(integer(side) for side in (len(values), 1, 1, 1))
    return integer(2) + shape + np.array(values, dtype="<f4").tobytes()


def column(values: Iterable[float]) -> bytes:
    reals = [real(float(value)) for value in values]
    return integer(-len(reals)) + integer(-1) + b"".join(reals)


def listed(elements: Iterable[bytes]) -> bytes:
    parts = list(elements)
    return integer(len(parts)) + b"".join(parts)


def a_forest(cascades: int, trees: int, depth: int, points: int, pool: int, seed: int = 1) -> Forest:
    dice = np.random.default_rng(seed)
    splits = 2**depth - 1

    def some(*shape: int) -> Any:
        return dice.normal(0, 30, shape).astype(np.float32)

    return Forest(
        mean_shape=some(2 * points),
        split_features=dice.integers(0, pool, (cascades, trees, splits, 2), dtype=np.int32),
        split_thresholds=some(cascades, trees, splits),
        leaves=some(cascades, trees, splits + 1, 2 * points),
        anchors=dice.integers(0, points, (cascades, pool), dtype=np.int32),
        offsets=some(cascades, pool, 2),
    )


def splits_of(forest: Forest, cascade: int, tree: int) -> bytes:
    features, thresholds = forest.split_features[cascade, tree], forest.split_thresholds[cascade, tree]
    return listed(
        integer(int(one)) + integer(int(other)) + real(float(threshold))
        for (one, other), threshold in zip(features, thresholds, strict=True)
    )


def leaves_of(forest: Forest, cascade: int, tree: int) -> bytes:
    return listed(column(leaf) for leaf in forest.leaves[cascade, tree])


def trees_of(forest: Forest, cascade: int) -> bytes:
    trees = range(forest.leaves.shape[1])
    return listed(splits_of(forest, cascade, tree) + leaves_of(forest, cascade, tree) for tree in trees)


def written(forest: Forest) -> bytes:
    return b"".join(
        (
            integer(1),
            column(forest.mean_shape),
            listed(trees_of(forest, cascade) for cascade in range(len(forest.leaves))),
            listed(listed(integer(int(anchor)) for anchor in one) for one in forest.anchors),
            listed(listed(real(float(x)) + real(float(y)) for x, y in one) for one in forest.offsets),
        )
    )


def same(one: Forest, other: Forest) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Forest.__slots__)


class TestScalars:
    """Byte by byte, from dlib/serialize.h."""

    @pytest.mark.parametrize(
        ("data", "value"),
        [
            ("00", 0),
            ("0100", 0),
            ("017f", 127),
            ("01ff", 255),
            ("020001", 256),
            ("8105", -5),
            ("83010000", -1),
            ("08ffffffffffffffff", 2**64 - 1),
        ],
    )
    def test_integers(self, data: str, value: int) -> None:
        """Sign in bit 7, little-endian, as many bytes as are told."""
        reader = Reader(bytes.fromhex(data))
        assert (reader.integer(), reader.position) == (value, len(data) // 2)

    @pytest.mark.parametrize("data", ["", "01", "020a", "09" + "00" * 9, "1100", "2100", "c100"])
    def test_what_is_no_integer(self, data: str) -> None:
        """Cut off, wider than 8 bytes, or with bits that mean nothing."""
        with pytest.raises(FormatError):
            Reader(bytes.fromhex(data)).integer()

    @pytest.mark.parametrize(
        ("data", "value"),
        [("01008100", 0.0), ("01038101", 1.5), ("81038101", -1.5), ("01010105", 32.0)],
    )
    def test_floats(self, data: str, value: float) -> None:
        """Mantissa, then exponent of two."""
        assert Reader(bytes.fromhex(data)).real() == value

    @pytest.mark.parametrize("exponent", [32000, 1100, 128, -1100, 2**63])
    def test_what_is_no_float(self, exponent: int) -> None:
        """dlib's infinity, more than a double holds (once an OverflowError), more than float32 holds, and less."""
        with pytest.raises(FormatError, match="no float"):
            Reader(integer(1) + integer(exponent)).real()

    @given(st.floats(width=32, allow_nan=False, allow_infinity=False))
    def test_every_float32_comes_back(self, value: float) -> None:
        """Down to the smallest that there are."""
        assert Reader(real(value)).real() == value

    def test_texts(self) -> None:
        """Length, then bytes; the reader stands after them."""
        reader = Reader(b"\x01\x03abcd")
        assert (reader.text(), reader.position) == (b"abc", 5)

    @pytest.mark.parametrize("data", [b"\x81\x02ab", b"\x01\x05abc"])
    def test_a_text_ends_inside_the_file_and_goes_forward(self, data: bytes) -> None:
        """A negative length would send the reader back, round and round."""
        with pytest.raises(FormatError):
            Reader(data).text()


class TestArrays:
    """Tensors are raw, matrices number by number."""

    def test_a_tensor(self) -> None:
        """The integer 2, four dimensions, float32."""
        data = bytes.fromhex("0102 0102 0101 0103 0101") + np.arange(6, dtype="<f4").tobytes() + b"rest"
        reader = Reader(data)
        assert reader.tensor().tolist() == [0, 1, 2, 3, 4, 5]
        assert data[reader.position :] == b"rest"

    @pytest.mark.parametrize(
        "data",
        [
            integer(1) + tensor([1.0])[2:],
            tensor([1.0, 2.0])[:-1],
            integer(2) + integer(2**60) * 4,
            integer(2) + integer(-1) + integer(1) * 3 + bytes(16),
            tensor([1.0, math.nan]),
            tensor([math.inf]),
        ],
        ids=["version", "short", "huge", "negative", "nan", "infinite"],
    )
    def test_what_is_no_tensor(self, data: bytes) -> None:
        """And no memory is asked for before that is known."""
        with pytest.raises(FormatError):
            Reader(data).tensor()

    def test_a_column(self) -> None:
        """Negated dimensions, then the elements."""
        reader = Reader(bytes.fromhex("8102 8101 0103 8101 8101 0100"))
        values = reader.column()
        assert values.tolist() == [1.5, -1.0] and values.dtype == np.float32

    @pytest.mark.parametrize("dimensions", [(-2, -2), (2, -1), (0, -1), (-10_000, -1), (-(2**62), -1)])
    def test_what_is_no_column(self, dimensions: tuple[int, int]) -> None:
        """Two columns, dimensions of the wrong sign, more rows than any face has points."""
        with pytest.raises(FormatError):
            Reader(b"".join(integer(side) for side in dimensions) + real(1.0) * 4).column()


def convolution(out: int, rows: int, columns: int, stride: int = 1, padding: int = 0, weights: int = 8) -> bytes:
    shape = (out, rows, columns, stride, stride, padding, padding)
    return text("con_4") + tensor(range(weights)) + b"".join(integer(side) for side in shape)


def normalisation(scales: int, means: Sequence[float], variances: Sequence[float]) -> bytes:
    places = integer(2) * 2 + integer(1) * 8
    statistics = tensor(range(scales)) + tensor(range(scales)) + tensor(means) + tensor(variances)
    head = text("bn_con2") + tensor([1.0] * scales + [0.5] * scales)
    return head + places + statistics + integer(100) * 2 + real(1.0) * 4 + real(0.0)


class TestNetworks:
    """Layers are found by their names, in the file's order."""

    def test_every_kind_of_layer(self) -> None:
        """Parameters where they belong, what lies between passed over."""
        data = b"\x07between".join(
            (
                text("input_rgb_image_sized") + real(122.5) + real(117.0) + real(104.25),
                convolution(2, 1, 2, weights=6, stride=2),
                text("affine_") + tensor([1, 2, 3, 4]),
                text("relu_"),
                text("max_pool_2"),
                normalisation(2, [1.0, 2.0], [4.0, 0.25]),
                text("add_prev_"),
                text("avg_pool_2"),
                text("fc_2") + integer(2) + integer(3) + tensor(range(6)),
            )
        )
        means, conv, affine, relu, pool, normal, _, _, last = read_network(data)
        assert isinstance(means, InputMeans) and means.rgb == (122.5, 117.0, 104.25)
        assert isinstance(conv, Convolution) and isinstance(affine, Affine) and isinstance(normal, Affine)
        assert conv.filters.tolist() == [[[[0, 1]]], [[[2, 3]]]] and conv.bias.tolist() == [4, 5]
        assert (conv.stride, conv.padding) == (2, 0)
        assert affine.scale.tolist() == [1, 2] and affine.shift.tolist() == [3, 4]
        assert (relu, pool) == (Other("relu"), Other("max_pool"))
        assert normal.scale.tolist() == [0.5, 2.0] and normal.shift.tolist() == [0.0, -3.5]
        assert isinstance(last, FullyConnected) and last.weights.tolist() == [[0, 1], [2, 3], [4, 5]]

    @pytest.mark.parametrize(
        "data",
        [
            convolution(2, 0, 1),
            convolution(0, 1, 1),
            convolution(-2, 1, 1),
            convolution(2, 1, -1),
            convolution(3, 2, 2),
            convolution(8, 1, 1),
            convolution(2, 1, 1, stride=0),
            convolution(2, 1, 1, stride=2**62),
            convolution(2, 1, 1, padding=-1),
            convolution(2, 1, 1)[:-4] + integer(1) + integer(0),
            text("affine_") + tensor([1, 2, 3]),
            normalisation(2, [1.0], [1.0, 1.0]),
            normalisation(2, [1.0, 1.0], [1.0, -1.0]),
            normalisation(2, [1.0, 1.0], [1.0, 0.0]),
            text("fc_2") + integer(2) + integer(4) + tensor(range(6)),
            text("fc_2") + integer(-2) + integer(-3) + tensor(range(6)),
            text("input_rgb_image_pyramid") + real(1.0),
        ],
    )
    def test_a_layer_that_does_not_fit_its_shape(self, data: bytes) -> None:
        """Zero, negative and huge sizes, roots of what is negative: never numpy's own error, never a warning."""
        with pytest.raises(FormatError):
            read_network(data)

    @UNHURRIED
    @given(st.lists(st.sampled_from(["con_4", "affine_", "bn_con2", "fc_2", "input_rgb_image_sized"])), st.data())
    def test_names_with_anything_behind(self, names: list[str], data: st.DataObject) -> None:
        """Layers or a FormatError."""
        piece = st.one_of(st.binary(max_size=40), st.integers(-9, 9).map(integer), st.just(tensor([1.0, 2.0])))
        said = b"".join(text(name) + b"".join(data.draw(st.lists(piece, max_size=12))) for name in names)
        _either(read_network, said)

    @UNHURRIED
    @given(st.data())
    def test_the_real_detector_with_bytes_exchanged(self, data: st.DataObject) -> None:
        """Near the layers' names, where the shapes are, and anywhere."""
        whole = _detector()
        names = [found.start() for found in re.finditer(b"con_4", whole)]
        assert len(names) == 7
        near = st.sampled_from(names).flatmap(lambda name: st.integers(name, name + 40))
        _either(read_network, _changed(data, whole, st.one_of(near, st.integers(0, len(whole) - 1))))


class TestForests:
    """Read side by side, and every number exact."""

    @pytest.mark.parametrize("shape", [(1, 1, 1, 2, 1), (2, 3, 2, 5, 4), (3, 2, 4, 68, 300), (15, 20, 4, 5, 800)])
    def test_comes_back_exactly(self, shape: tuple[int, int, int, int, int]) -> None:
        """All six arrays, bit for bit."""
        forest = a_forest(*shape)
        assert same(read_forest(written(forest)), forest)

    def test_every_cut_is_noticed(self) -> None:
        """A download that stopped: at whichever byte."""
        data = written(a_forest(2, 2, 1, 2, 3))
        for length in range(len(data)):
            with pytest.raises(FormatError):
                read_forest(data[:length])

    def test_every_byte_exchanged_is_noticed_or_a_number(self) -> None:
        """Structure never gives way: the same shapes with other numbers, or a FormatError, and no warning."""
        forest = a_forest(2, 2, 1, 2, 3)
        data, noticed = written(forest), 0
        shapes = [getattr(forest, name).shape for name in Forest.__slots__]
        for place in range(len(data)):
            for other in (0x01, 0x10, 0x80, 0xFF):
                changed = bytearray(data)
                changed[place] ^= other
                read = _either(read_forest, bytes(changed))
                noticed += read is None
                if read is not None:
                    assert [getattr(read, name).shape for name in Forest.__slots__] == shapes
                    assert (read.split_features < 3).all() and (read.anchors < 2).all()
        assert noticed > len(data)  # of four times as many

    @pytest.mark.parametrize("cascade", [0, 1])
    @pytest.mark.parametrize("tree", [0, 1])
    def test_parts_that_do_not_follow_one_another(self, cascade: int, tree: int) -> None:
        """Something between two leaves, between splits and leaves, between trees; lengths that are told otherwise."""
        forest = a_forest(2, 2, 1, 2, 3)
        data = written(forest)
        splits, leaves, trees = (
            splits_of(forest, cascade, tree),
            leaves_of(forest, cascade, tree),
            trees_of(forest, cascade),
        )
        leaf = column(forest.leaves[cascade, tree, 1])
        wrong = (
            (leaf, integer(7) + leaf),
            (splits, splits + integer(7)),
            (leaves, leaves + integer(7)),
            (leaves, leaves[:2] + integer(7) + leaves[2:]),
            (splits, integer(2) + splits[2:]),
            (leaves, integer(3) + leaves[2:]),
            (trees, integer(3) + trees[2:]),
        )
        for right, other in wrong:
            assert data.count(right) == 1
            with pytest.raises(FormatError):
                read_forest(data.replace(right, other))

    @pytest.mark.parametrize("rest", [b"\x00", b"\x01\x01", bytes(1000)])
    def test_bytes_too_many(self, rest: bytes) -> None:
        """A file that goes on is another file."""
        with pytest.raises(FormatError, match=f"{len(rest)} bytes too many"):
            read_forest(written(a_forest(2, 2, 1, 2, 3)) + rest)

    @pytest.mark.parametrize(
        ("part", "value"),
        [("anchors", 2), ("anchors", -1), ("anchors", 2**31), ("split_features", 3), ("split_features", 2**32)],
    )
    def test_numbers_of_points_and_features_that_there_are_not(self, part: str, value: int) -> None:
        """They would be read from somewhere else, or not at all, when a face is looked at."""
        forest = a_forest(2, 2, 1, 2, 3)
        wide = {name: getattr(forest, name) for name in Forest.__slots__}
        wide[part] = wide[part].astype(np.int64)
        wide[part].flat[-1] = value
        with pytest.raises(FormatError):
            read_forest(written(Forest(**wide)))

    def test_lists_of_unlike_length(self) -> None:
        """No array has such rows; numpy would say so in its own words."""
        forest = a_forest(2, 1, 1, 2, 3)
        data = written(forest)
        last = listed(real(float(x)) + real(float(y)) for x, y in forest.offsets[1])
        short = listed(real(float(x)) + real(float(y)) for x, y in forest.offsets[1][:2])
        with pytest.raises(FormatError, match="unlike number"):
            read_forest(data[: -len(last)] + short)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            integer(2),
            integer(1) + column([1.0, 2.0, 3.0]),
            integer(1) + column([1.0, 1.0, 1.0, 1.0]),
            integer(1) + column([1.0, 2.0, 3.0, 4.0]) + integer(0) + integer(1) + integer(1) + bytes(40),
            integer(1) + column([1.0, 2.0, 3.0, 4.0]) + integer(-1) + integer(1) + integer(1) + bytes(40),
            integer(1) + column([1.0, 2.0, 3.0, 4.0]) + integer(1) + integer(1) + integer(2) + bytes(40),
            integer(1) + column(range(9000)) + integer(1) + integer(1) + integer(1) + column(range(9000))[:5] * 2,
        ],
        ids=["nothing", "version", "odd", "a single point", "no cascades", "negative", "no full tree", "all heads"],
    )
    def test_heads_that_lead_nowhere(self, data: bytes) -> None:
        """Each with the beginning right and the next number wrong."""
        with pytest.raises(FormatError):
            read_forest(data)

    @UNHURRIED
    @given(st.binary(max_size=200), st.booleans())
    def test_any_bytes_at_all(self, data: bytes, begun: bool) -> None:
        """After nothing, and after the beginning of a forest."""
        start = written(a_forest(1, 2, 1, 2, 2))
        cut = len(data) * 7 % len(start)
        assert _either(read_forest, (start[:cut] if begun else b"") + data) is None

    @settings(UNHURRIED, max_examples=60)
    @given(st.data())
    def test_the_real_five_points_with_bytes_exchanged(self, data: st.DataObject) -> None:
        """Its first bytes are all structure; the whole file goes through the lanes."""
        whole = _five_points()
        places = st.one_of(*(st.integers(*ends) for ends in ((0, 400), (0, len(whole) - 1), (-400, -1))))
        _either(read_forest, _changed(data, whole, places))

    @UNHURRIED
    @given(st.integers(0, 9_000_000))
    def test_the_real_five_points_cut_short(self, length: int) -> None:
        """Wherever it ends."""
        assert length < len(_five_points())
        with pytest.raises(FormatError):
            read_forest(_five_points()[:length])


def _either(read: Any, data: bytes) -> Any:
    try:
        return read(data)
    except FormatError:
        return None


def _changed(data: st.DataObject, whole: bytes, places: st.SearchStrategy[int]) -> bytes:
    changed = bytearray(whole)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=4)):
        changed[place] = value
    return bytes(changed)


@cache
def _five_points() -> bytes:
    return find_weights().five_point.read_bytes()


@cache
def _detector() -> bytes:
    return find_weights().detector.read_bytes()
