"""Finishes: what is printed over a network's picture at the size that is shown. One file a primitive.

A network learns what is local: areas, lines, washes. A finish adds what depends on the place and on the display's
pixels: paper, screens, strokes, flat inks, hard steps. It is fixed by seeds, keeps no state between pictures, and uses
only those operations of NumPy and OpenCV that give the same bytes everywhere.

    finish = Finish((Grade(vivid=0.3), Crisp(), Paper()))
    on_small, on_full = finish.prepare_small((320, 240)), finish.prepare((640, 480))
    shown = on_full(cv2.resize(on_small(drawn), (640, 480), interpolation=cv2.INTER_CUBIC))
"""
