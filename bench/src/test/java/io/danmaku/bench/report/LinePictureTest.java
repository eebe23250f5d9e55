package io.danmaku.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LinePictureTest {
    private static String points(String svg) {
        return svg.replaceAll("(?s).*points=\"([^\"]*)\".*", "$1").strip();
    }

    @Test
    void aLineGoesFromTheLowerLeftCornerToTheUpperRightOne() {
        String svg = LinePicture.svg(
                "a < b", "x", List.of(new LinePicture.Line("y", List.of(0.0, 50.0, 100.0), List.of(0.0, 5.0, 10.0))));
        assertEquals("90.0,350.0 395.0,195.0 700.0,40.0", points(svg));
        assertTrue(svg.contains("a &lt; b"));
    }

    @Test
    void whatIsNotFiniteIsLeftOutAndSpoilsNothing() {
        String svg = LinePicture.svg(
                "t",
                "x",
                List.of(new LinePicture.Line(
                        "y", List.of(0.0, 1.0, 2.0, 3.0), List.of(1.0, Double.POSITIVE_INFINITY, Double.NaN, 2.0))));
        assertEquals("90.0,195.0 700.0,40.0", points(svg));
        assertTrue(!svg.contains("NaN") && !svg.contains("Infinity"), svg);
    }
}
