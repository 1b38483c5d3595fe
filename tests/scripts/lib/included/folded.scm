;; Included without regard to case.
(DEFINE Shouted '(LOUD Words))
